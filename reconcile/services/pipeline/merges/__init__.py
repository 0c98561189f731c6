"""What was merged: the preview of a run on the main branch, and the apply of that preview."""
