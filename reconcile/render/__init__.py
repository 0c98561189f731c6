"""A plan as text, JSON, Markdown and HTML. Pure: returns strings and prints nothing."""

from .as_json import as_json, plan_schema
from .markdown import markdown
from .mask import mask, scrubbed
from .page import html
from .text import text

__all__ = ["as_json", "html", "markdown", "mask", "plan_schema", "scrubbed", "text"]
