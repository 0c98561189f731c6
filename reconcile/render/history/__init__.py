"""What runs have done, in words: all of them in a table, or one of them contact by contact."""
