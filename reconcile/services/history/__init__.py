"""What runs have done: who started them, how they are named, and what they tell."""
