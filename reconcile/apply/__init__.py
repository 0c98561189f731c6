"""Carries out a plan: what must allow it first, one contact after the other, what a crash left in doubt."""
