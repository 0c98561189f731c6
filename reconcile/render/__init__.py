"""A plan as text, JSON, Markdown and HTML. Pure: returns strings and prints nothing."""

from .as_json import as_json, plan_schema
from .drift import drift_json, drift_markdown, drift_text, mask_drift
from .markdown import markdown
from .mask import mask, scrubbed
from .page import html
from .text import text
from .words import count

__all__ = [
    "as_json",
    "count",
    "drift_json",
    "drift_markdown",
    "drift_text",
    "html",
    "markdown",
    "mask",
    "mask_drift",
    "plan_schema",
    "scrubbed",
    "text",
]
