"""Drift: what happened to the account, and how it is overwritten or adopted."""
