"""The Git forge: comments and issues of our own, and the plan that was approved in a pull request."""
