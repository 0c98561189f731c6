"""Carry out a plan against an account: permission, journal, one contact after the other, what is left."""
