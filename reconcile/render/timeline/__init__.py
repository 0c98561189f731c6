"""A timeline as text for a terminal, as rows for a spreadsheet, and as a calendar."""
