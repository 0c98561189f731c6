"""A plan for a pull request, in GitHub's and GitLab's Markdown."""
