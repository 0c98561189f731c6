"""What goes wrong on demand: each fault is a row of a table."""
