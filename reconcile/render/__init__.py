"""Plans and problems in their formats. Pure: returns strings and prints nothing."""

from .as_json import as_json, plan_schema
from .escape import TERMINAL
from .markdown import markdown
from .mask import mask, scrubbed
from .page import html
from .probing import capabilities_yaml, probe_json, probe_text
from .problems import problems_github, problems_json, problems_sarif, problems_text
from .text import text

__all__ = [
    "as_json",
    "capabilities_yaml",
    "html",
    "markdown",
    "mask",
    "name",
    "plan_schema",
    "probe_json",
    "probe_text",
    "problems_github",
    "problems_json",
    "problems_sarif",
    "problems_text",
    "scrubbed",
    "text",
]

name = TERMINAL.name
"""A live name as it may stand on a terminal."""
