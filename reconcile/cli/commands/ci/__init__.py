"""``reconcile ci``: what the workflows of GitHub and GitLab do."""
