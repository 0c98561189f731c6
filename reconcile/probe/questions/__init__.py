"""The questions of a probe, a module a group; each is independent of the others."""
