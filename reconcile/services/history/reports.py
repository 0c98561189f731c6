"""What ``history`` and ``show`` tell of the runs on this checkout. Nothing is asked of the account."""

from dataclasses import replace

from reconcile.errors import UsageError
from reconcile.journal.hash_chain import BrokenChain
from reconcile.journal.lineage import read_runs
from reconcile.journal.reports.run_report import is_about, run_reports
from reconcile.model.reports.history import RunList, RunReport, SingleRun
from reconcile.services.project import Project
from reconcile.text import escape_unprintable

from .run_names import named_run


def list_runs(project: Project, *, contact: str | None = None, limit: int | None = None) -> RunList:
    """The last runs of this checkout, of all its accounts, the oldest first.

    With a ``contact`` those that came to it, and what they did to it alone. UsageError: none did.
    """
    reports = list(run_reports(read_runs(project.journals)))
    if contact is not None:
        about = [_about(report, contact) for report in reports]
        reports = [report for report in about if report.contacts]
        if not reports:
            raise UsageError(
                f"no run on this checkout has written {escape_unprintable(contact)}: name it by its id, or "
                "by the e-mail address or reference that it had at that run"
            )
    first = max(0, len(reports) - limit) if limit is not None else 0
    return RunList(tuple(reports[first:]), project.settings.policy.timezone, first, contact)


def _about(report: RunReport, contact: str) -> RunReport:
    return replace(report, contacts=tuple(row for row in report.contacts if is_about(row.contact, contact)))


def show_run(project: Project, name: str) -> SingleRun:
    """One run, by any name that a person may give it; UsageError as for `named_run`.

    It can be told where the journal of another one is broken: then nothing tells who has undone it.
    """
    run = named_run(project, name)
    try:
        runs = read_runs(project.journals)
    except BrokenChain:
        runs = [run]
    reports = {report.run: report for report in run_reports(runs)}
    return SingleRun(reports[run.name], project.settings.policy.timezone)
