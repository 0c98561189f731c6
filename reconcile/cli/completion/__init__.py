"""Completion on the tab key: how shells ask for it, and what a project knows that completes a word."""
