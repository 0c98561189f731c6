"""What runs have done: hash-chained lines, and what they tell."""
