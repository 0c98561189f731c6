"""How a run ended, in words, and as the error that decides the exit code."""

from collections.abc import Callable

from reconcile.errors import ApiError, PartlyApplied
from reconcile.model.result import Outcome, Report
from reconcile.text import escape_unprintable

from .console import Console


def report_ending(report: Report, console: Console, print_ending: Callable[[str], None]) -> None:
    """Print how a run ended; PartlyApplied names every contact that is not as declared.

    ApiError: the run was stopped before anything was written.
    """
    written = report.count(Outcome.APPLIED)
    noun = "contact" if written == 1 else "contacts"
    print_ending(f"Applied: {written} {noun} written and read back.")
    console.note(f"Longest time between a read and its write: {report.longest_gap:.3f} s.")
    if report.complete and not report.unnoted:
        return
    if not report.wrote and report.stopped is not None:
        raise ApiError("\n".join([report.stopped, "nothing was written", *_open(report)]))
    raise PartlyApplied("\n".join(_left(report)))


def _left(report: Report) -> list[str]:
    """What is not as declared or not noted, revocations that are still open, and what to do."""
    unsettled = [result for result in report.results if not result.settled]
    open_ones = [*unsettled, *report.left_alone]
    return [
        *([f"the run was stopped: {report.stopped}"] if report.stopped else []),
        *(
            escape_unprintable(f"{result.change.label}: {result.outcome}: {result.detail}")
            for result in unsettled
        ),
        *(
            escape_unprintable(f"left alone, since it could not be read: {subject}")
            for subject in report.left_alone
        ),
        *_open(report),
        *_unnoted(report),
        f"{len(open_ones)} of {len(report.results) + len(report.left_alone)} contacts are not as declared",
        "run 'reconcile plan' to see what is left, then apply again" if open_ones else "apply again",
    ]


def _unnoted(report: Report) -> list[str]:
    """What the journal lacks: the next apply takes it for a run that was cut off, and looks."""
    if not report.unnoted:
        return []
    noun = "contact" if report.unnoted == 1 else "contacts"
    return [
        f"the journal lacks the outcome of {report.unnoted} {noun}; the next apply reads what was written"
    ]


def _open(report: Report) -> list[str]:
    """The roles that should be gone and may still be held."""
    return [
        escape_unprintable(f"revocation still open: {role} of {result.change.label}")
        for result in report.results
        for role in result.open_revocations
    ]
