"""The one canonical layout of a file of declarations, with every comment at the item that it belongs to."""
