"""Planning: what the declarations come to at an account as it is now."""
