"""The plan as a value: its operations, the changes of contacts, what lies ahead, the counts."""
