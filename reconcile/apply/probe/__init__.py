"""Finds out by one scratch contact what the API's documents leave open, and brings the contact back.

examine ─► Scratch ─► ask_all ─► findings ─► capabilities
             │           ├─ table     the questions, a module a group, each independent of the others
             │           └─ restore   the contact as it was, read back
             └─ image    how it was, kept in a file until it is back
"""
