"""The language of declarations and of ``reconcile.yaml``: YAML with a place for every value, to the model."""

from .folder import Loaded, load_declarations
from .judgement import skipped_approvals
from .rules import RULES, Rule, Where
from .settings import load_settings, read_settings

__all__ = [
    "RULES",
    "Loaded",
    "Rule",
    "Where",
    "load_declarations",
    "load_settings",
    "read_settings",
    "skipped_approvals",
]
