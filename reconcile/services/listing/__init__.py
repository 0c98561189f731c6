"""The live account as lists, without any declaration."""
