"""Import: declarations for the contacts that an account has already."""
