"""How a run ended, in lines: what was written, and what is left."""

from reconcile.model.result import Outcome, Report
from reconcile.text import escape_unprintable


def written_text(report: Report) -> str:
    """How many contacts were written and read back."""
    return f"Applied: {_contacts(report.count(Outcome.APPLIED))} written and read back."


def unsettled_lines(report: Report) -> list[str]:
    """What is not as declared or not noted, revocations that are still open, and what to do."""
    unsettled = [result for result in report.results if not result.settled]
    left = len(unsettled) + len(report.left_alone)
    lines = [f"{result.change.label}: {result.outcome}: {result.detail}" for result in unsettled]
    lines += [f"left alone, since it could not be read: {subject}" for subject in report.left_alone]
    return [
        *([f"the run was stopped: {report.stopped}"] if report.stopped else []),
        *map(escape_unprintable, lines),
        *open_revocation_lines(report),
        *_unnoted_lines(report),
        f"{left} of {len(report.results) + len(report.left_alone)} contacts are not as declared",
        "run 'reconcile plan' to see what is left, then apply again" if left else "apply again",
    ]


def _unnoted_lines(report: Report) -> list[str]:
    """What the journal lacks: the next apply treats the run as one that was cut off, and looks."""
    if not report.unnoted:
        return []
    unnoted = _contacts(report.unnoted)
    return [f"the journal lacks the outcome of {unnoted}; the next apply reads what was written"]


def open_revocation_lines(report: Report) -> list[str]:
    """The roles that should be gone and may still be held."""
    return [
        escape_unprintable(f"revocation still open: {role} of {result.change.label}")
        for result in report.results
        for role in result.open_revocations
    ]


def _contacts(number: int) -> str:
    return f"{number} contact" if number == 1 else f"{number} contacts"
