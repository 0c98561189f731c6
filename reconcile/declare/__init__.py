"""The language of declarations and of ``reconcile.yaml``: YAML with a place for every value, to the model."""
