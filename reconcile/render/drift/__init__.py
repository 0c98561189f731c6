"""Drift: what happened to the account, and the two ways on."""
