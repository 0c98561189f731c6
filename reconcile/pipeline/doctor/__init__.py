"""Pure: whether a forge is set up as the pipeline relies on it, as rows of checks."""
