"""Plans and problems in their formats. Pure: returns strings and prints nothing."""

from .as_json import as_json, plan_schema
from .markdown import markdown
from .mask import mask, scrubbed
from .page import html
from .problems import problems_github, problems_json, problems_sarif, problems_text
from .text import text

__all__ = [
    "as_json",
    "html",
    "markdown",
    "mask",
    "plan_schema",
    "problems_github",
    "problems_json",
    "problems_sarif",
    "problems_text",
    "scrubbed",
    "text",
]
