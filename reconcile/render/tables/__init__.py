"""Rows in columns: as CSV for spreadsheets and programs, and aligned for a terminal."""
