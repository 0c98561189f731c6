"""The sandbox's state in one SQLite file; all SQL of the sandbox stands in this package."""
