"""What a probe found out as a JSON document, only written."""

from datetime import datetime
from typing import Annotated

from reconcile.model.capabilities import Finding, ProbeReport

from .codec import Derived, Document, encode
from .json_kinds import EMPTY_AS_NULL
from .json_text import json_text

FORMAT_VERSION = "1.0"


class ProbeReportDocument(Document[ProbeReport]):
    """The questions with their answers, and how the probe ended."""

    format_version: Annotated[str, Derived(lambda _: FORMAT_VERSION)]
    tool_version: str
    account: str
    contact: str
    as_of: datetime
    findings: tuple[Finding, ...]
    not_restored: tuple[str, ...]
    stopped: Annotated[str, EMPTY_AS_NULL, "Why the probe ended early; null when it asked everything."]


def probe_json(report: ProbeReport) -> str:
    """The text of a whole probe in JSON."""
    return json_text(encode(ProbeReportDocument, report))
