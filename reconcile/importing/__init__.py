"""From live contacts to declarations: what an import writes, as values. Pure."""
