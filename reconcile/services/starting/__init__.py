"""The first steps: a demo that leaves nothing behind, and the files of a new project."""
