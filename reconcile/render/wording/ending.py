"""How a run ended, in words: what was written, what is not as declared, and what to do."""

from reconcile.model.result import Outcome, Report
from reconcile.text import escape_unprintable, plural

from .operation_text import day_text


def written_text(report: Report) -> str:
    """How many contacts were written and read back."""
    applied = report.count(Outcome.APPLIED)
    return f"Applied: {applied} {plural(applied, 'contact')} written and read back."


def unsettled_lines(report: Report, way_out: str = "") -> list[str]:
    """What is not as declared or not noted, revocations that are still open, and what to do.

    ``way_out`` is what to do before anything else can be applied.
    """
    unsettled = [result for result in report.results if not result.settled]
    left = len(unsettled) + len(report.newly_set_aside)
    lines = [
        f"{result.change.contact.label_with_id}: {result.outcome}: {result.detail}" for result in unsettled
    ]
    lines += [
        f"{entry.label} ({entry.source}): set aside: {entry.reason}" for entry in report.newly_set_aside
    ]
    return [
        *([f"the run was stopped: {report.stopped}"] if report.stopped else []),
        *map(escape_unprintable, lines),
        *open_revocation_lines(report),
        *_unnoted_lines(report),
        f"{left} of {len(report.results) + len(report.set_aside)} contacts are not as declared",
        way_out or ("run 'reconcile plan' to see what is left, then apply again" if left else "apply again"),
    ]


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
