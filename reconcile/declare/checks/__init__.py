"""What is only seen by looking at several values: duplicates, ignored items, credentials, warnings."""
