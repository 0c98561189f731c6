"""What the jobs of a pipeline do: plan a pull request, preview and apply what was merged, keep journals."""
