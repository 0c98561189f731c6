"""The language of declarations and of ``reconcile.yaml``: YAML with a place for every value, to the model."""

from .capabilities import load_capabilities
from .folder import Loaded, load_declarations
from .settings import load_settings

__all__ = ["Loaded", "load_capabilities", "load_declarations", "load_settings"]
