"""Finds out with a scratch contact what the API's documents leave open, and brings the contact back."""
