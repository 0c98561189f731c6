"""What refuses a plan before its first write: what the checks look at, and the checks."""
