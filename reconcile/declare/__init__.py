"""The language of declarations and of ``reconcile.yaml``: YAML with a place for every value, to the model."""

from .folder import Loaded, load_declarations
from .settings import load_settings

__all__ = ["Loaded", "load_declarations", "load_settings"]
