"""Writes declarations as YAML: new files, and edits of files that keep what people wrote."""
