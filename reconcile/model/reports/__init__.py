"""What the commands that read answer, one file a command."""
