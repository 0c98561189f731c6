"""Plans and problems in their formats. Pure: returns strings and prints nothing."""

from .as_json import as_json, plan_schema
from .drift import drift_json, drift_markdown, drift_text, mask_drift
from .escape import TERMINAL
from .explanation import explanation_json, explanation_text, mask_explanation
from .markdown import markdown
from .mask import mask, masked_email, scrubbed
from .page import html
from .probing import capabilities_yaml, probe_json, probe_text
from .problems import problems_github, problems_json, problems_sarif, problems_text
from .text import text
from .timeline import mask_timeline, timeline_json, timeline_text
from .words import count

__all__ = [
    "as_json",
    "capabilities_yaml",
    "count",
    "drift_json",
    "drift_markdown",
    "drift_text",
    "explanation_json",
    "explanation_text",
    "html",
    "markdown",
    "mask",
    "mask_drift",
    "mask_explanation",
    "mask_timeline",
    "masked_email",
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
    "timeline_json",
    "timeline_text",
]

name = TERMINAL.name
"""A live name as it may stand on a terminal."""
