"""The language of declarations and of ``reconcile.yaml``: YAML with a place for every value, to the model."""

from .capabilities import load_capabilities
from .folder import Loaded, load_declarations
from .judgement import skipped_approvals
from .rules import RULES, Rule, Where, example_of
from .schemas import configuration_schema, declarations_schema
from .settings import load_settings, read_settings

__all__ = [
    "RULES",
    "Loaded",
    "Rule",
    "Where",
    "example_of",
    "configuration_schema",
    "declarations_schema",
    "load_capabilities",
    "load_declarations",
    "load_settings",
    "read_settings",
    "skipped_approvals",
]
