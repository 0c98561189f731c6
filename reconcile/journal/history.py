"""What earlier runs tell, and whether all of their journals are there."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from reconcile.clock import parse_utc_text
from reconcile.documents.codec import decode_leniently
from reconcile.model.result import SETTLED, Outcome
from reconcile.plan.drift import ApplyHistory, LastApply, WrittenItem

from .hash_chain import first_entry
from .journaled_run import JournaledRun, read_run, read_runs
from .lines import NOT_NOTED, BeginLine, FollowedRun, SpentOverride


@dataclass(frozen=True, slots=True)
class RunHistory:
    """The runs on this checkout that were for one account, oldest first."""

    runs: tuple[JournaledRun, ...] = ()

    @property
    def _begun(self) -> list[tuple[JournaledRun, BeginLine]]:
        return [(run, begun) for run in self.runs if (begun := run.begun)]

    @property
    def contacts_before(self) -> int | None:
        """How many contacts the account had at the last run."""
        counts = [begun.contacts for _, begun in self._begun]
        return next((count for count in reversed(counts) if isinstance(count, int)), None)

    @property
    def spent(self) -> tuple[SpentOverride, ...]:
        """The overrides that earlier runs have used up.

        A run that surely wrote nothing uses none up. One that was cut off, or that left something undone,
        may be finished with the same override: it is bound to the digest of the approved plan, so no other
        writes can come of it. Once that plan is carried out in full, the override is gone for good.
        """
        carried_out = {begun.approved for run, begun in self._begun if run.complete}
        used = (begun for run, begun in self._begun if run.effective_writes)
        overrides = (override for begun in used for override in begun.allowances)
        return tuple(override for override in overrides if override.digest in carried_out)

    def lost_since(self, moment: datetime) -> frozenset[str]:
        """The ids of contacts that lost a role in runs that began after that moment."""
        recent = [run for run in self.runs if run.begun_at and run.begun_at > moment]
        return frozenset(contact for run in recent for contact in _losers(run))

    @property
    def history(self) -> ApplyHistory:
        """What the runs tell of the reasons for drift."""
        whole = [
            (run, begun) for run, begun in self._begun if begun.declarations != NOT_NOTED and not run.due
        ]
        written = {item: at for run in self.runs for item, at in _written(run)}
        return ApplyHistory(_last_apply(*whole[-1]) if whole else None, written)

    def of_approval(self, digest: str) -> JournaledRun | None:
        """The last run that carried out the plan of that digest."""
        return next((run for run, begun in reversed(self._begun) if begun.approved == digest), None)

    def recent_losses(self, now: datetime, hours: int) -> frozenset[str]:
        """The ids of contacts that lost a role in the last hours."""
        return self.lost_since(now - timedelta(hours=hours))


NO_HISTORY = RunHistory()
"""Nothing was applied from this checkout yet."""


def run_history(folder: Path, account: str) -> RunHistory:
    """The earlier runs for one account; BrokenChain when a journal is not what was written."""
    return RunHistory(tuple(run for run in read_runs(folder) if run.account == account))


def _last_apply(run: JournaledRun, begun: BeginLine) -> LastApply:
    return LastApply(
        run=run.name,
        at=parse_utc_text(begun.at),
        declarations=begun.declarations,
        config=begun.config,
        complete=run.complete,
        settled=run.contacts(*SETTLED),
    )


def _written(run: JournaledRun) -> Iterator[tuple[WrittenItem, datetime]]:
    """The items that a run wrote and confirmed, and when it began."""
    applied = run.contacts(Outcome.APPLIED)
    for intent in run.intents:
        if intent.contact in applied and run.begun_at is not None:
            for step in intent.steps():
                yield (intent.contact, step.facet.value, step.item), run.begun_at


def _losers(run: JournaledRun) -> Iterator[str]:
    """Whoever may have lost a role: every write that was sent counts, unless it surely took no effect."""
    for writes in run.effective_writes.values():
        steps = (step for write in writes for step in write.steps())
        if writes[0].contact and any(step.revokes or step.shortens for step in steps):
            yield writes[0].contact


def unfollowed_runs(path: Path) -> tuple[FollowedRun, ...]:
    """The runs in the folder of a new journal that no other run follows yet, by name.

    A journal without a line tells nothing, so nothing is lost with it.
    """
    others = {other.stem: other for other in sorted(path.parent.glob("*.jsonl")) if other != path}
    followed = {earlier.run for other in others.values() for earlier in _followed_by(other)}
    runs = (read_run(other) for name, other in others.items() if name not in followed)
    return tuple(FollowedRun(run.name, own[-1].number, own[-1].hash) for run in runs if (own := run.own))


def _followed_by(path: Path) -> Sequence[FollowedRun]:
    """The runs that a journal's first line names; the others need not be read for that."""
    first = first_entry(path)
    return () if first is None else decode_leniently(BeginLine, first.content).follows


@dataclass(frozen=True, slots=True)
class LineageReport:
    """What is wrong with the journals as a whole, and what is merely worth knowing, in words."""

    broken: tuple[str, ...]
    notes: tuple[str, ...]


def check_lineage(runs: Sequence[JournaledRun]) -> LineageReport:
    """Compare all runs with what later ones say of them.

    A run that was cut off is no fault by itself, since a crash leaves it so; it is one when a later run knows
    more of its lines.
    """
    by_name = {run.name: run for run in runs}
    followers: defaultdict[str, list[str]] = defaultdict(list)
    broken: dict[str, str] = {}
    for run in runs:
        for earlier in run.begun.follows if run.begun else ():
            followers[earlier.run].append(run.name)
            fault = _fault(earlier, by_name.get(earlier.run))
            if fault:
                broken.setdefault(earlier.run, f"run {earlier.run} {fault} (run {run.name} followed it)")
    notes = (*_cut_off(runs), *_side_by_side(followers), *_beginnings(runs))
    return LineageReport(tuple(broken[name] for name in sorted(broken)), notes)


def _fault(earlier: FollowedRun, run: JournaledRun | None) -> str | None:
    """What is wrong with a run that another one followed; None when it is what it was."""
    if run is None:
        return "is missing: its journal was taken away"
    if len(run.lines) < earlier.line:
        return f"has lost lines: its journal had {earlier.line}, now it ends after line {len(run.lines)}"
    if run.lines[earlier.line - 1].hash != earlier.hash:
        return "is not the one that it was: its journal was replaced"
    return None


def _cut_off(runs: Sequence[JournaledRun]) -> Iterator[str]:
    for run in runs:
        if not run.lines:
            yield f"run {run.name} is empty: it was cut off before it could write a line"
        elif not run.ended:
            yield f"run {run.name} has no end: it was cut off after line {len(run.lines)}"


def _side_by_side(followers: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for run, names in sorted(followers.items()):
        if len(names) > 1:
            yield f"runs {', '.join(names)} all follow run {run}: they were begun from copies of its journal"


def _beginnings(runs: Sequence[JournaledRun]) -> Iterator[str]:
    names = [run.name for run in runs if run.begun and not run.begun.follows]
    if len(names) > 1:
        yield f"runs {', '.join(names)} follow none: they were begun where no earlier journal was known"
