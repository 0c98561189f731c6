"""Masking: documents without names and addresses, for everything that leaves the terminal."""
