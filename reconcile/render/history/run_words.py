"""The words for one run: who started it, from which commit, what it did in numbers, how it ended."""

from collections import Counter
from collections.abc import Iterator

from reconcile.clock import zoned_text
from reconcile.model.record import Provenance
from reconcile.model.reports.history import RunCounts, RunEnding, RunReport
from reconcile.model.result import SETTLED
from reconcile.render.escape import TERMINAL
from reconcile.text import count

NOT_NOTED = "not noted"
"""What stands for who started a run whose journal notes nobody."""

_SHORT = 7
"""Characters of a commit's name, as Git shows it."""


def actor_text(report: RunReport) -> str:
    """Who started the run."""
    provenance = report.provenance
    return TERMINAL.name(provenance.actor) if provenance and provenance.actor else NOT_NOTED


def source_text(provenance: Provenance | None) -> str:
    """The commit and the pull requests: ``4f2a9c1 #12``; empty where none is known."""
    if provenance is None:
        return ""
    commit = TERMINAL.name(provenance.commit[:_SHORT]) if provenance.commit else ""
    changed = " and changes" if provenance.dirty else ""
    numbers = (f"#{number}" for number in provenance.pull_requests)
    return " ".join(filter(None, (f"{commit}{changed}".strip(), *numbers)))


def counts_text(counts: RunCounts) -> str:
    """``3 contacts: roles +2 -1 ~1 · tags +1``; what is none is left out."""
    if not counts.contacts:
        return "nothing written"
    roles = _signed(("+", counts.roles_granted), ("-", counts.roles_revoked), ("~", counts.roles_changed))
    tags = _signed(("+", counts.tags_added), ("-", counts.tags_removed))
    named = (("roles", roles), ("tags", tags), ("fields", _signed(("~", counts.fields_changed))))
    parts = " · ".join(f"{name} {numbers}" for name, numbers in named if numbers)
    return f"{count(counts.contacts, 'contact')}{': ' if parts else ''}{parts}"


def _signed(*numbers: tuple[str, int]) -> str:
    return " ".join(f"{sign}{number:,}" for sign, number in numbers if number)


def scope_text(report: RunReport) -> str:
    """What the run was cut down to, and why it was made; empty for a run of everything."""
    parts = []
    if report.reverts:
        parts.append(f"undoing run {TERMINAL.name(report.reverts)}")
    if report.due:
        parts.append("what was due by the clock")
    if report.declarations is not None:
        base = f" against {TERMINAL.name(report.base[:_SHORT])}" if report.base else ""
        parts.append(f"in a scope of {count(report.declarations, 'declaration')}{base}")
    return ", ".join(parts)


def ending_text(report: RunReport, *, reasons: bool = False) -> str:
    """How the run ended, and what has become of it since."""
    return ", ".join(_endings(report, reasons=reasons))


def _endings(report: RunReport, *, reasons: bool) -> Iterator[str]:
    if report.ending is RunEnding.STOPPED and reasons and report.stopped:
        yield f"stopped: {TERMINAL.prose(report.stopped)}"
    else:
        yield report.ending
    unsettled = Counter(row.outcome for row in report.contacts if row.outcome not in (None, *SETTLED))
    yield from (f"{number:,} {TERMINAL.name(str(outcome))}" for outcome, number in sorted(unsettled.items()))
    if report.losing:
        yield (
            "losses acknowledged" if report.acknowledged else f"{len(report.losing):,} lost something unasked"
        )
    if report.reverted_by:
        yield f"undone by run {TERMINAL.name(report.reverted_by)}"
    if report.retired:
        yield "retired"


def ending_symbol(report: RunReport) -> str:
    """What leads the eye: a loss that nobody has accepted, a run that is not complete, a retired one."""
    if report.losing and not report.acknowledged and not report.reverted_by:
        return "!"
    if report.ending is not RunEnding.COMPLETE:
        return "?"
    return "." if report.retired else " "


def time_text(report: RunReport, timezone: str) -> str:
    """When the run began by its machine's clock, without the zone, which the headline names."""
    if report.machine is None:
        return NOT_NOTED
    return zoned_text(report.machine.replace(second=0), timezone).removesuffix(f" ({timezone})")
