"""What jobs hand on for people to read, as JSON: sections, reports of previews, acceptances."""

from datetime import datetime
from typing import Annotated, Any

from reconcile.model.ci.section import Acceptance, PreviewReport, PreviewState, Section, SectionState

from .codec import Derived, Document, LeftOutWhen, decode, decode_leniently, encode_itself, encode_text
from .json_text import JsonValue, json_text

SECTION_FORMAT_VERSION = "1.0"


class SectionDocument(Document[Section]):
    """What the plan of a pull request says for one target. A new key is a minor version."""

    format_version: Annotated[str, Derived(lambda _: SECTION_FORMAT_VERSION)]
    target: str
    account: Annotated[str, "Empty where it is not known."]
    head: Annotated[str, "The commit at the head of the pull request."]
    state: SectionState
    made: datetime
    headline: Annotated[str, "One line of Markdown."]
    text: Annotated[str, "Markdown, masked as configured."]
    digest_changed: Annotated[bool, "An earlier plan of this very head was another one."]
    lifted: Annotated[bool, "An entry under `allow` lifts a guard."]


def section_json(section: Section) -> str:
    """The text of a file of a section; ``section_from_document`` reads it back."""
    return encode_text(SectionDocument, section)


def section_from_document(document: Any) -> Section:
    """The section that a document tells; ValueError, with the path of the value, for anything else."""
    root = JsonValue(document, "the section")
    version = root.key("format_version").text()
    if version.partition(".")[0] != SECTION_FORMAT_VERSION.partition(".")[0]:
        raise root.key("format_version").wrong("is of another version of reconcile")
    return decode(SectionDocument, root)


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
    accepts: Annotated[
        Acceptance | None,
        LeftOutWhen(None),
        "What the run is to accept of an earlier one, where it applies nothing.",
    ]


def preview_report_json(report: PreviewReport) -> str:
    """The text of a file of a report; ``preview_report_from_document`` reads it back."""
    return encode_text(PreviewReportDocument, report)


def preview_report_from_document(document: Any) -> PreviewReport:
    """The report that a document tells; ValueError, with the path of the value, for anything else."""
    return decode(PreviewReportDocument, JsonValue(document, "the report"))


def acceptance_json(acceptance: Acceptance) -> str:
    """The text of a file of an acceptance; ``acceptance_from_document`` reads it back."""
    return json_text(encode_itself(acceptance))


def acceptance_from_document(document: Any) -> Acceptance:
    """The acceptance that a document tells; ValueError, with the path of the value, for anything else."""
    return decode_leniently(Acceptance, document)
