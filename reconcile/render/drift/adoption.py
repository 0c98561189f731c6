"""An adoption as text: what is declared now that was changed outside, and what is left; and as a diff."""

from collections.abc import Iterator

from reconcile.clock import zoned_text
from reconcile.model.reports.importing import AdoptionReport
from reconcile.render.escape import TERMINAL
from reconcile.render.importing import MOST_LINES, files_diff, omission_text
from reconcile.render.layout import PLAIN, TextLayout, join_blocks
from reconcile.render.plan_text import ContactBlocks
from reconcile.render.wording.sentences import PlanSentences
from reconcile.text import count

from .drift_text import DriftText


def adoption_text(report: AdoptionReport, layout: TextLayout = PLAIN) -> str:
    """What was adopted, what is left and what to do next, as lines for a terminal."""
    drift = report.adopted
    retold = DriftText(drift, TERMINAL).retold()
    contacts = ContactBlocks.of(PlanSentences(drift.plan, TERMINAL), layout, retold)
    return join_blocks(
        [
            layout.wrap_painted("", "", _headline(report)),
            list(contacts.lines()),
            list(_left(report, layout)),
            [line for sentence in _ending(report) for line in layout.wrap("", sentence)],
        ]
    )


def _headline(report: AdoptionReport) -> str:
    plan = report.adopted.plan
    account, at = TERMINAL.name(plan.account), zoned_text(plan.as_of, plan.timezone)
    if not report.files:
        return f"Nothing to adopt of what differs at {account}, as of {at}."
    verb = "Would adopt" if report.dry_run else "Adopted"
    differences = count(len(report.adopted.differences), "change")
    people, files = count(report.contacts, "contact"), count(len(report.files), "file")
    return f"{verb} {differences} of {people} at {account} into {files}, as of {at}."


def _left(report: AdoptionReport, layout: TextLayout) -> Iterator[str]:
    rows = report.left
    if not rows:
        return
    yield f"Left as it is ({count(len(rows), 'difference')}):"
    whole = layout.concise is False or len(rows) <= MOST_LINES
    for row in rows if whole else rows[:MOST_LINES]:
        yield from layout.wrap_painted("?", "  ? ", omission_text(row))
    if not whole:
        yield f"  … and {len(rows) - MOST_LINES:,} more: --verbose shows all"


def _ending(report: AdoptionReport) -> Iterator[str]:
    if report.dry_run:
        yield "Nothing was written."
    elif report.files:
        yield (
            "A plan has none of this any more; nothing was written to the account. Next: look at the files "
            "with 'git diff', and commit them."
        )


def adoption_diff(report: AdoptionReport) -> str:
    """What would be written, as ``git apply`` takes it; of masked files only how much."""
    return files_diff(report.files)
