"""Pure: what the pipeline may take for an approval, and what it keeps of its runs (design, section 10)."""
