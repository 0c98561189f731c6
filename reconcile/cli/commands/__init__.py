"""A file a command: parse, call, print, exit."""
