"""What people read in the forge: the comment of a pull request, what became of a merge, the open issue."""
