"""What differs between the declarations and what they are compared with: a base commit, or the record."""
