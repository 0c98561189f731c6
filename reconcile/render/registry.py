"""Every format of every document: a row each. Whatever shows a document finds its formats here.

To add a format, add its row. Commands then offer it, and it is masked unless its row says that it stays on
the terminal.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from reconcile.documents.account_lists import contact_list_json, role_list_json
from reconcile.documents.codec import encode_text
from reconcile.documents.explanation import ExplanationDocument
from reconcile.documents.history import RoleOnDayDocument, RunListDocument, SingleRunDocument
from reconcile.documents.plan import plan_json
from reconcile.documents.reports import (
    DoctorReportDocument,
    InstallationReportDocument,
    ProbeReportDocument,
    ProblemsDocument,
    TimelineDocument,
    drift_json,
)
from reconcile.model.ci.forge_settings import DoctorReport
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import ProblemReport
from reconcile.model.reports.account_lists import ContactList, RoleList
from reconcile.model.reports.drift import Drift
from reconcile.model.reports.explanation import Explanation
from reconcile.model.reports.formatting import FormatReport
from reconcile.model.reports.history import RunList, SingleRun
from reconcile.model.reports.importing import AdoptionReport, ImportReport
from reconcile.model.reports.installation import InstallationReport
from reconcile.model.reports.probe import ProbeReport
from reconcile.model.reports.role_on_day import RoleOnDay
from reconcile.model.reports.timeline import Timeline
from reconcile.model.settings import Privacy

from .doctor import doctor_markdown, doctor_text, installation_markdown, installation_text
from .drift.adoption import adoption_diff, adoption_text
from .drift.drift_text import drift_markdown, drift_text
from .explanation import explanation_text
from .formatting import format_diff, format_text
from .history.role_on_day_text import role_on_day_text
from .history.run_list_text import run_list_text
from .history.run_text import run_text
from .importing import import_diff, import_text
from .layout import PLAIN, TextLayout
from .masking.mask import mask
from .plan_markdown.document import plan_markdown
from .plan_page.page import plan_page
from .plan_text import plan_text
from .probe import probe_text
from .problems import problems_github, problems_gitlab, problems_sarif, problems_text
from .tables.account_lists import contact_list_csv, contact_list_text, role_list_csv, role_list_text
from .timeline.timeline_text import timeline_csv, timeline_text


class Audience(StrEnum):
    """Who reads a format, and so whether it is masked when nobody asks for either."""

    OTHERS = "others"
    """It leaves the terminal for other people: masked as configured."""

    USER = "user"
    """It stays on the user's terminal, and is masked as configured only in the log of a CI system."""

    PROGRAM = "program"
    """Programs go on working with it, which they can't with a masked one: never masked unasked."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format of one kind of document.

    ``render`` takes the document, and a layout if the format is ``laid_out``: for a terminal of some width.
    ``title`` is the format in a sentence. ``runner_commands``: its lines are commands to the
    runner of a CI job.
    """

    document: type
    name: str
    render: Callable[..., str]
    audience: Audience = Audience.OTHERS
    laid_out: bool = False
    title: str = ""
    runner_commands: bool = False

    def masks(self, asked: Privacy | None, configured: Privacy, *, logged: bool) -> bool:
        """Whether it is masked: as the user asks, else as configured where other people will read it.

        ``logged``: the output goes into the log of a CI system.
        """
        for_others = self.audience is Audience.OTHERS or (self.audience is Audience.USER and logged)
        return (asked or (configured if for_others else Privacy.SHOW)) is Privacy.MASK


def _calendar(timeline: Timeline) -> str:
    from .timeline.timeline_calendar import timeline_calendar  # noqa: PLC0415 - loads a library for it alone

    return timeline_calendar(timeline)


FORMATS = [
    Format(Plan, "text", plan_text, Audience.USER, laid_out=True),
    Format(Plan, "json", plan_json, Audience.PROGRAM),
    Format(Plan, "markdown", plan_markdown, title="Markdown"),
    Format(Plan, "html", plan_page, title="HTML"),
    Format(Drift, "text", drift_text, Audience.USER, laid_out=True),
    Format(Drift, "json", drift_json, Audience.PROGRAM),
    Format(Drift, "markdown", drift_markdown, title="Markdown"),
    Format(AdoptionReport, "text", adoption_text, Audience.USER, laid_out=True),
    Format(AdoptionReport, "diff", adoption_diff, Audience.USER),
    Format(Explanation, "text", explanation_text, Audience.USER, laid_out=True),
    Format(Explanation, "json", partial(encode_text, ExplanationDocument), Audience.PROGRAM),
    Format(Timeline, "text", timeline_text, Audience.USER, laid_out=True),
    Format(Timeline, "json", partial(encode_text, TimelineDocument), Audience.PROGRAM),
    Format(Timeline, "csv", timeline_csv, Audience.PROGRAM),
    Format(Timeline, "ics", _calendar, title="iCalendar"),
    Format(RunList, "text", run_list_text, Audience.USER, laid_out=True),
    Format(RunList, "json", partial(encode_text, RunListDocument), Audience.PROGRAM),
    Format(SingleRun, "text", run_text, Audience.USER, laid_out=True),
    Format(SingleRun, "json", partial(encode_text, SingleRunDocument), Audience.PROGRAM),
    Format(ContactList, "text", contact_list_text, Audience.USER, laid_out=True),
    Format(ContactList, "json", contact_list_json, Audience.PROGRAM),
    Format(ContactList, "csv", contact_list_csv, Audience.PROGRAM),
    Format(RoleList, "text", role_list_text, Audience.USER, laid_out=True),
    Format(RoleList, "json", role_list_json, Audience.PROGRAM),
    Format(RoleList, "csv", role_list_csv, Audience.PROGRAM),
    Format(RoleOnDay, "text", role_on_day_text, Audience.USER, laid_out=True),
    Format(RoleOnDay, "json", partial(encode_text, RoleOnDayDocument), Audience.PROGRAM),
    Format(ProbeReport, "text", probe_text, Audience.USER, laid_out=True),
    Format(ProbeReport, "json", partial(encode_text, ProbeReportDocument), Audience.PROGRAM),
    Format(DoctorReport, "text", doctor_text, Audience.USER, laid_out=True),
    Format(DoctorReport, "json", partial(encode_text, DoctorReportDocument), Audience.PROGRAM),
    Format(InstallationReport, "text", installation_text, Audience.USER, laid_out=True),
    Format(InstallationReport, "json", partial(encode_text, InstallationReportDocument), Audience.PROGRAM),
    Format(InstallationReport, "markdown", installation_markdown, Audience.USER),
    Format(DoctorReport, "markdown", doctor_markdown, Audience.USER),
    Format(FormatReport, "text", format_text, Audience.USER),
    Format(FormatReport, "diff", format_diff, Audience.USER),
    Format(ImportReport, "text", import_text, Audience.USER, laid_out=True),
    Format(ImportReport, "diff", import_diff, Audience.USER),
    Format(ProblemReport, "text", problems_text, Audience.USER),
    Format(ProblemReport, "json", partial(encode_text, ProblemsDocument), Audience.PROGRAM),
    Format(ProblemReport, "github", problems_github, title="GitHub's annotations", runner_commands=True),
    Format(ProblemReport, "gitlab", problems_gitlab, title="GitLab's code quality"),
    Format(ProblemReport, "sarif", problems_sarif, title="SARIF"),
]


def formats_of(document: type) -> list[Format]:
    """The formats of a kind of document, in the order in which help lists them."""
    return [row for row in FORMATS if row.document is document]


def format_of(document: type, name: str) -> Format:
    """The format of that name; LookupError when such documents have none."""
    return {row.name: row for row in formats_of(document)}[name]


def masked_titles(documents: Collection[type]) -> list[str]:
    """The formats of these documents that are masked unless somebody asks for them whole, each once."""
    rows = (row for row in FORMATS if row.audience is Audience.OTHERS and row.document in documents)
    return list(dict.fromkeys(row.title or row.name for row in rows))


def render(document: Any, row: Format, *, masked: bool, layout: TextLayout = PLAIN, **options: Any) -> str:
    """The document in a format. ``options`` are the format's own, such as the limit of its length."""
    shown = mask(document) if masked else document
    return row.render(shown, layout, **options) if row.laid_out else row.render(shown, **options)
