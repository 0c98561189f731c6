"""What the pipeline goes by: its settings, and what a forge records of pull requests and runs."""
