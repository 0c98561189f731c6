"""A plan as text, JSON, Markdown and HTML. Pure: returns strings and prints nothing."""

from .as_json import as_json, plan_schema
from .escape import TERMINAL
from .probing import capabilities_yaml, probe_json, probe_text
from .text import text

__all__ = ["as_json", "capabilities_yaml", "name", "plan_schema", "probe_json", "probe_text", "text"]

name = TERMINAL.name
"""A live name as it may stand on a terminal."""
