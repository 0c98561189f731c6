"""Every format of every document: a row each. Whatever shows a document finds its formats here.

To add a format, add its row. Commands then offer it, and it is masked unless its row says that it stays on
the terminal. A row says where the code of its format is, which is imported when something is shown in it: all
of them together take longer to import than most commands to run.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib import import_module
from typing import Any, cast

from reconcile.model.settings import Privacy

from .layout import PLAIN, TextLayout


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

    ``document`` is the class of the documents, by its name. ``render`` takes one of them, and a layout if the
    format is ``laid_out``: for a terminal of some width. It is a function, or the place of one as
    ``module:name``; a document of ours at that place is what the value is encoded as. ``title`` is the format
    in a sentence. ``runner_commands``: its lines are commands to the runner of a CI job.
    """

    document: str
    name: str
    render: Callable[..., str] | str
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

    @property
    def function(self) -> Callable[..., str]:
        """What shows a document in this format."""
        return self.render if callable(self.render) else _imported(self.render)


def _imported(place: str) -> Callable[..., str]:
    module, _, name = place.partition(":")
    found = getattr(import_module(f"reconcile.{module}"), name)
    if not isinstance(found, type):
        return cast("Callable[..., str]", found)
    from reconcile.documents.codec import encode_text  # noqa: PLC0415 - text alone needs none of it

    return partial(encode_text, found)


FORMATS = [
    Format("Plan", "text", "render.plan_text:plan_text", Audience.USER, laid_out=True),
    Format("Plan", "json", "documents.plan:plan_json", Audience.PROGRAM),
    Format("Plan", "markdown", "render.plan_markdown.document:plan_markdown", title="Markdown"),
    Format("Plan", "html", "render.plan_page.page:plan_page", title="HTML"),
    Format("Drift", "text", "render.drift.drift_text:drift_text", Audience.USER, laid_out=True),
    Format("Drift", "json", "documents.reports:drift_json", Audience.PROGRAM),
    Format("Drift", "markdown", "render.drift.drift_text:drift_markdown", title="Markdown"),
    Format("AdoptionReport", "text", "render.drift.adoption:adoption_text", Audience.USER, laid_out=True),
    Format("AdoptionReport", "diff", "render.drift.adoption:adoption_diff", Audience.USER),
    Format("Explanation", "text", "render.explanation:explanation_text", Audience.USER, laid_out=True),
    Format("Explanation", "json", "documents.explanation:ExplanationDocument", Audience.PROGRAM),
    Format("Timeline", "text", "render.timeline.timeline_text:timeline_text", Audience.USER, laid_out=True),
    Format("Timeline", "json", "documents.reports:TimelineDocument", Audience.PROGRAM),
    Format("Timeline", "csv", "render.timeline.timeline_text:timeline_csv", Audience.PROGRAM),
    Format("Timeline", "ics", "render.timeline.timeline_calendar:timeline_calendar", title="iCalendar"),
    Format("RunList", "text", "render.history.run_list_text:run_list_text", Audience.USER, laid_out=True),
    Format("RunList", "json", "documents.history:RunListDocument", Audience.PROGRAM),
    Format("SingleRun", "text", "render.history.run_text:run_text", Audience.USER, laid_out=True),
    Format("SingleRun", "json", "documents.history:SingleRunDocument", Audience.PROGRAM),
    Format(
        "ContactList", "text", "render.tables.account_lists:contact_list_text", Audience.USER, laid_out=True
    ),
    Format("ContactList", "json", "documents.account_lists:contact_list_json", Audience.PROGRAM),
    Format("ContactList", "csv", "render.tables.account_lists:contact_list_csv", Audience.PROGRAM),
    Format("RoleList", "text", "render.tables.account_lists:role_list_text", Audience.USER, laid_out=True),
    Format("RoleList", "json", "documents.account_lists:role_list_json", Audience.PROGRAM),
    Format("RoleList", "csv", "render.tables.account_lists:role_list_csv", Audience.PROGRAM),
    Format(
        "RoleOnDay", "text", "render.history.role_on_day_text:role_on_day_text", Audience.USER, laid_out=True
    ),
    Format("RoleOnDay", "json", "documents.history:RoleOnDayDocument", Audience.PROGRAM),
    Format("ProbeReport", "text", "render.probe:probe_text", Audience.USER, laid_out=True),
    Format("ProbeReport", "json", "documents.reports:ProbeReportDocument", Audience.PROGRAM),
    Format("DoctorReport", "text", "render.doctor:doctor_text", Audience.USER, laid_out=True),
    Format("DoctorReport", "json", "documents.reports:DoctorReportDocument", Audience.PROGRAM),
    Format("InstallationReport", "text", "render.doctor:installation_text", Audience.USER, laid_out=True),
    Format("InstallationReport", "json", "documents.reports:InstallationReportDocument", Audience.PROGRAM),
    Format("InstallationReport", "markdown", "render.doctor:installation_markdown", Audience.USER),
    Format("DoctorReport", "markdown", "render.doctor:doctor_markdown", Audience.USER),
    Format("FormatReport", "text", "render.formatting:format_text", Audience.USER),
    Format("FormatReport", "diff", "render.formatting:format_diff", Audience.USER),
    Format("ImportReport", "text", "render.importing:import_text", Audience.USER, laid_out=True),
    Format("ImportReport", "diff", "render.importing:import_diff", Audience.USER),
    Format("ProblemReport", "text", "render.problems:problems_text", Audience.USER),
    Format("ProblemReport", "json", "documents.reports:ProblemsDocument", Audience.PROGRAM),
    Format(
        "ProblemReport",
        "github",
        "render.problems:problems_github",
        title="GitHub's annotations",
        runner_commands=True,
    ),
    Format("ProblemReport", "gitlab", "render.problems:problems_gitlab", title="GitLab's code quality"),
    Format("ProblemReport", "sarif", "render.problems:problems_sarif", title="SARIF"),
]


def formats_of(document: type) -> list[Format]:
    """The formats of a kind of document, in the order in which help lists them."""
    return [row for row in FORMATS if row.document == document.__name__]


def format_of(document: type, name: str) -> Format:
    """The format of that name; LookupError when such documents have none."""
    return {row.name: row for row in formats_of(document)}[name]


def masked_titles(documents: Collection[type]) -> list[str]:
    """The formats of these documents that are masked unless somebody asks for them whole, each once."""
    names = {document.__name__ for document in documents}
    rows = (row for row in FORMATS if row.audience is Audience.OTHERS and row.document in names)
    return list(dict.fromkeys(row.title or row.name for row in rows))


def render(document: Any, row: Format, *, masked: bool, layout: TextLayout = PLAIN, **options: Any) -> str:
    """The document in a format. ``options`` are the format's own, such as the limit of its length."""
    if masked:
        from .masking.mask import mask  # noqa: PLC0415 - it knows the whole model

        document = mask(document)
    return row.function(document, layout, **options) if row.laid_out else row.function(document, **options)
