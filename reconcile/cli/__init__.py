"""The command line: a file a command, the console, and one place where errors become exit codes."""
