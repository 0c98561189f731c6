"""How a run ended, in words: what was written, what is not as declared, and what to do."""

from reconcile.model.result import Outcome, Report, Result
from reconcile.text import count, escape_unprintable, listed, plural

from .operation_text import day_text

STOPPED_BY_USER = "stopped by the user"
"""Why a run was stopped by Ctrl-C or SIGTERM: the reason in its journal, and the end of what it says."""


def written_text(report: Report) -> str:
    """How many contacts were written and read back."""
    applied = report.count(Outcome.APPLIED)
    return f"Applied: {applied} {plural(applied, 'contact')} written and read back."


def unsettled_lines(report: Report, way_out: str = "") -> list[str]:
    """What is not as declared or not noted, revocations that are still open, and what to do.

    ``way_out`` is what to do before anything else can be applied.
    """
    left, by_user = _left(report), report.stopped == STOPPED_BY_USER
    return [
        *([f"the run was stopped: {report.stopped}"] if report.stopped and not by_user else []),
        *_unsettled_contact_lines(report),
        *open_revocation_lines(report),
        *_unnoted_lines(report),
        f"{STOPPED_BY_USER}: {_count_line(report, left)}" if by_user else _count_line(report, left),
        way_out or _next_step(report, left),
    ]


def untouched_lines(report: Report) -> list[str]:
    """Why a run was stopped before it wrote anything, what failed before that, and what to do."""
    return [
        report.stopped or "",
        "nothing was written",
        *_unsettled_contact_lines(report),
        *open_revocation_lines(report),
        _count_line(report, _left(report)),
        _NEXT,
    ]


_NEXT = "'reconcile plan' shows what is left, 'reconcile apply' finishes it"

_CORRECT = "correct these entries as their lines say; 'reconcile plan' shows who is still set aside"


def _next_step(report: Report, left: int) -> str:
    """No apply finishes what waits for a person to correct an entry."""
    if all(result.settled for result in report.results):
        return _CORRECT if left else "apply again"
    return _NEXT


def _left(report: Report) -> int:
    unsettled = sum(not result.settled for result in report.results)
    return unsettled + len(report.newly_set_aside)


def _count_line(report: Report, left: int) -> str:
    """How many are left; a run that was stopped says there, too, how many it has written."""
    applied = report.count(Outcome.APPLIED)
    written = f"{count(applied, 'contact')} written, " if report.stopped and applied else ""
    return f"{written}{left} of {len(report.results) + len(report.set_aside)} contacts are not as declared"


def _unsettled_contact_lines(report: Report) -> list[str]:
    """A line for each contact but for those that were not reached, who have one line together.

    The run was stopped for one reason, and that is said: a shop of 10,000 shall not be told it 10,000 times.
    """
    unsettled = [result for result in report.results if not result.settled]
    not_reached = [result for result in unsettled if _not_reached(result, report.stopped)]
    lines = [
        f"{result.change.contact.label_with_id}: {result.outcome}: {result.detail}"
        for result in unsettled
        if not _not_reached(result, report.stopped)
    ]
    if not_reached:
        lines.append(f"{listed([r.change.contact.label_with_id for r in not_reached])}: {Outcome.NOT_TRIED}")
    lines += [
        f"{entry.label} ({entry.source}): set aside: {entry.reason}" for entry in report.newly_set_aside
    ]
    return list(map(escape_unprintable, lines))


def _not_reached(result: Result, stopped: str | None) -> bool:
    return result.outcome is Outcome.NOT_TRIED and result.detail == stopped


def known_lines(report: Report, timezone: str) -> list[str]:
    """Who has been set aside since an earlier run, those first who still hold what they should lose."""
    known = [(entry, entry.since) for entry in report.set_aside if entry.since is not None]
    return [
        escape_unprintable(
            f"{entry.label} ({entry.source}): set aside since {day_text(since, timezone)}: {entry.reason}"
            + (f"; revocation still open: {', '.join(entry.revocations)}" if entry.revocations else "")
        )
        for entry, since in sorted(known, key=lambda pair: not pair[0].revocations)
    ]


def _unnoted_lines(report: Report) -> list[str]:
    """What the journal lacks: the next apply treats the run as one that was cut off, and looks."""
    unnoted = f"{report.unnoted} {plural(report.unnoted, 'contact')}"
    line = f"the journal lacks the outcome of {unnoted}; the next apply reads what was written"
    forgotten = (
        f"the record of this run can't be written ({report.unrecorded}): "
        "later runs do not know by it which contact each entry was about"
    )
    return [*([line] if report.unnoted else []), *([forgotten] if report.unrecorded else [])]


def open_revocation_lines(report: Report) -> list[str]:
    """The roles that should be gone and may still be held."""
    unsettled = [(result.change.contact, result.open_revocations) for result in report.results]
    set_aside = [(entry.contact, entry.revocations) for entry in report.set_aside]
    return [
        escape_unprintable(f"revocation still open: {role} of {contact.label_with_id}")
        for contact, roles in (*unsettled, *set_aside)
        for role in roles
    ]
