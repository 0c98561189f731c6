"""A plan as text, JSON, Markdown and HTML. Pure: returns strings and prints nothing."""

from .as_json import as_json, plan_schema
from .text import text

__all__ = ["as_json", "plan_schema", "text"]
