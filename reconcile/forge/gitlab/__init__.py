"""GitLab, by its REST API: what people are told there, and what it records of approvals and pipelines."""
