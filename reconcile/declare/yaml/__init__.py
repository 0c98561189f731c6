"""YAML text to nodes that know their places; strict while it reads."""
