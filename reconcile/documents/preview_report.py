"""The report of a preview as JSON: what the job on main leaves for the one that tells people of it."""

from datetime import datetime
from typing import Annotated, Any

from reconcile.model.ci.preview_report import PreviewReport, PreviewState

from .codec import Derived, Document, decode, encode_text
from .json_text import JsonValue

PREVIEW_REPORT_VERSION = "1.0"


class PreviewReportDocument(Document[PreviewReport]):
    """What became of a preview of one target. A new key is a minor version."""

    format_version: Annotated[str, Derived(lambda _: PREVIEW_REPORT_VERSION)]
    target: str
    account: Annotated[str, "Empty where it is not known."]
    commit: Annotated[str, "The commit at the tip of the main branch that was planned."]
    base: Annotated[str | None, "The commit of the last complete run; null for the whole account."]
    state: PreviewState
    made: datetime
    pull_requests: Annotated[tuple[int, ...], "Those that were merged since the base, oldest first."]
    reasons: Annotated[tuple[str, ...], "Why it is refused, has failed, or is left to another run."]
    notes: tuple[str, ...]


def preview_report_json(report: PreviewReport) -> str:
    """The text of a file of a report; ``preview_report_from_document`` reads it back."""
    return encode_text(PreviewReportDocument, report)


def preview_report_from_document(document: Any) -> PreviewReport:
    """The report that a document tells; ValueError, with the path of the value, for anything else."""
    return decode(PreviewReportDocument, JsonValue(document, "the report"))
