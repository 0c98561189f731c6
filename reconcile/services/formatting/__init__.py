"""Brings files of declarations into the canonical layout."""
