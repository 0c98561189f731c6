"""The words and sentences that all formats share."""
