"""What several approved plans show together, as the ceiling of what a merge may do (design, section 10.2)."""
