"""A pull request: the plan of its merge, what its runs have kept, whether somebody has reviewed it."""
