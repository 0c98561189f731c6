"""Drift, a timeline, the report of a probe and problems as JSON; drift is read back, too."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from reconcile.clock import Window
from reconcile.model.ci.forge_settings import CheckResult, DoctorReport
from reconcile.model.declaration import Declaration
from reconcile.model.facets import Facet
from reconcile.model.plans.operation import Action, OriginKind
from reconcile.model.problem import Problem, ProblemReport, Severity
from reconcile.model.reports.drift import Cause, Difference, Drift, Event, LastKnown
from reconcile.model.reports.installation import InstallationReport
from reconcile.model.reports.probe import Finding, ProbeReport
from reconcile.model.reports.timeline import Timeline, UpcomingChange

from .codec import GROUPED, AddedLater, Derived, Document, From, decode, encode_text
from .items import EVENT, LAST_KNOWN, PlaceDocument
from .json_kinds import EMPTY_AS_NULL, ZERO_AS_NULL
from .json_text import JsonValue
from .plan import FORMAT_VERSION, PlanDocument, plan_from_document

DRIFT_FORMAT_VERSION = "1.1"
"""1.1 added ``event`` and ``last_known`` to each difference, and the cause ``done by a run``."""


class DifferenceDocument(Document[Difference]):
    """Why one operation of the plan is needed."""

    contact: Annotated[str, EMPTY_AS_NULL, Derived("change.contact.id")]
    facet: Annotated[Facet, Derived("operation.facet")]
    item: Annotated[str, Derived("operation.item")]
    action: Annotated[Action, Derived("operation.action")]
    cause: Cause
    at: datetime | None
    run: str | None
    due: bool
    event: Annotated[
        Event | None,
        AddedLater(),
        Derived("event"),
        "What somebody did outside; null where the cause is another one.",
    ]
    last_known: Annotated[
        LastKnown | None,
        LAST_KNOWN,
        AddedLater(),
        "What the item was when a run last left the contact as declared; null where that is not known.",
    ]


class DriftDocument(Document[Drift]):
    """A plan, and a cause for each of its operations, in their order."""

    format_version: Annotated[str, Derived(lambda _: DRIFT_FORMAT_VERSION)]
    plan: PlanDocument
    differences: tuple[DifferenceDocument, ...]


def drift_json(drift: Drift) -> str:
    """The text of a file of drift; ``drift_from_document`` reads it back."""
    return encode_text(DriftDocument, drift)


def drift_from_document(document: Mapping[str, Any]) -> Drift:
    """The drift that a document tells; ValueError, with the path of the value, for anything else."""
    root = JsonValue(document, "the drift")
    plan = plan_from_document(root.key("plan").mapping())
    operations = [(change, operation) for change in plan.changes for operation in change.operations]
    differences = root.key("differences").items()
    if len(differences) != len(operations):
        raise root.wrong("does not have one difference for each operation of its plan")
    return Drift(
        plan,
        tuple(
            decode(DifferenceDocument, difference, change=change, operation=operation)
            for difference, (change, operation) in zip(differences, operations, strict=True)
        ),
    )


class DeclaredContactDocument(Document[Declaration]):
    """Who the contact is, as far as its declaration names it."""

    id: str | None
    email: str | None
    reference: str | None
    source: Annotated[PlaceDocument, From("place")]


class UpcomingChangeDocument(Document[UpcomingChange]):
    """One boundary that lies ahead: of which role or tag of whom, and where its window is declared."""

    at: Annotated[datetime, Derived("boundary.at")]
    event: Annotated[bool, EVENT, Derived("boundary.starts")]
    facet: Facet
    item: Annotated[str, Derived("boundary.item")]
    contact: DeclaredContactDocument
    window: Window
    origin: Annotated[OriginKind, Derived("origin.kind")]
    detail: Annotated[str | None, Derived("origin.detail")]
    reason: Annotated[str | None, Derived("origin.reason")]
    source: Annotated[PlaceDocument | None, Derived("origin.place")]


class TimelineSummaryDocument(Document[Timeline]):
    """How many windows start and lapse, for how many contacts."""

    contacts: int
    starts: int
    lapses: int


class TimelineDocument(Document[Timeline]):
    """What starts and lapses after ``as_of``, up to and including ``until``."""

    format_version: Annotated[str, Derived(lambda _: FORMAT_VERSION)]
    tool_version: str
    target: str
    as_of: datetime
    until: datetime
    days: int
    timezone: str
    summary: Annotated[TimelineSummaryDocument, GROUPED]
    events: Annotated[tuple[UpcomingChangeDocument, ...], From("upcoming")]


PROBE_FORMAT_VERSION = "1.0"


class ProbeReportDocument(Document[ProbeReport]):
    """The questions with their answers, and how the probe ended."""

    format_version: Annotated[str, Derived(lambda _: PROBE_FORMAT_VERSION)]
    tool_version: str
    account: str
    contact: str
    as_of: datetime
    findings: tuple[Finding, ...]
    not_restored: tuple[str, ...]
    stopped: Annotated[str, EMPTY_AS_NULL, "Why the probe ended early; null when it asked everything."]


DOCTOR_FORMAT_VERSION = "1.0"


class DoctorReportDocument(Document[DoctorReport]):
    """How a forge is set up: a result for each check."""

    format_version: Annotated[str, Derived(lambda _: DOCTOR_FORMAT_VERSION)]
    repository: str
    branch: str
    complete: Annotated[bool, Derived("complete"), "Nothing is missing; what is unknown is not missing."]
    results: tuple[CheckResult, ...]


class InstallationReportDocument(Document[InstallationReport]):
    """How an installation is set up: a result for each check."""

    format_version: Annotated[str, Derived(lambda _: DOCTOR_FORMAT_VERSION)]
    tool_version: str
    config: str
    target: Annotated[str, EMPTY_AS_NULL, "Null where none could be chosen."]
    complete: Annotated[bool, Derived("complete"), "Nothing is missing; what is unknown is not missing."]
    results: tuple[CheckResult, ...]


PROBLEMS_FORMAT_VERSION = "1.0"


class ProblemDocument(Document[Problem]):
    """One thing that is wrong. Line and column are null for a whole file."""

    file: Annotated[str, Derived("place.file")]
    line: Annotated[int, ZERO_AS_NULL, Derived("place.line")]
    column: Annotated[int, ZERO_AS_NULL, Derived("place.column")]
    severity: Severity
    rule: str
    message: str


class ProblemsDocument(Document[ProblemReport]):
    """All problems. A new key is a minor version."""

    format_version: Annotated[str, Derived(lambda _: PROBLEMS_FORMAT_VERSION)]
    problems: tuple[ProblemDocument, ...]
