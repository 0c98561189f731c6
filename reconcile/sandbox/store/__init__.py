"""The sandbox's state in one SQLite file; all SQL of the sandbox is in this room."""
