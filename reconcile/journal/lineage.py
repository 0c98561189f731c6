"""The order of the runs, and whether all journals are there: what each run says of those before it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from pathlib import Path

from reconcile.clock import EARLIEST
from reconcile.documents.codec import decode_leniently

from .fetched import FetchedRuns
from .hash_chain import first_entry
from .journaled_run import JournaledRun, named_time, read_run, refuse_odd_line
from .lines import LINE_KINDS, BeginLine, FollowedRun


def read_runs(folder: Path) -> Sequence[JournaledRun]:
    """All runs, each after those that it follows; BrokenChain for the first journal that is not what it was.

    Their names can't tell the order: they hold the time, and a clock may have been wrong.
    """
    runs = {path.stem: read_run(path) for path in sorted(folder.glob("*.jsonl"))}
    sorter = TopologicalSorter({name: _followed(run, runs) for name, run in runs.items()})
    sorter.prepare()
    return list(_in_order(runs, sorter))


def _followed(run: JournaledRun, runs: Mapping[str, JournaledRun]) -> list[str]:
    """The runs before it that are still what they were.

    Their hashes stand in its first line, so no circle of runs can follow each other.
    """
    named = ((earlier, runs.get(earlier.run)) for earlier in run.follows)
    return [other.name for earlier, other in named if other and other.holds(earlier)]


def _in_order(runs: Mapping[str, JournaledRun], sorter: "TopologicalSorter[str]") -> Iterator[JournaledRun]:
    """Of the runs that may be next always the one that began first, by its machine's clock or its name."""
    ready: list[tuple[datetime, str]] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, (runs[name].machine_time or named_time(name) or EARLIEST, name))
        _, name = heappop(ready)
        yield runs[name]
        sorter.done(name)


def unfollowed_runs(path: Path) -> tuple[FollowedRun, ...]:
    """The runs in the folder of a new journal that no other run follows yet, by name.

    A journal without a line tells nothing, so nothing is lost with it.
    """
    others = {other.stem: other for other in sorted(path.parent.glob("*.jsonl")) if other != path}
    followed = {earlier.run for other in others.values() for earlier in _followed_by(other)}
    runs = (read_run(other) for name, other in others.items() if name not in followed)
    return tuple(
        FollowedRun(run.name, own[-1].number, own[-1].hash, run.account) for run in runs if (own := run.own)
    )


def _followed_by(path: Path) -> Sequence[FollowedRun]:
    """The runs that a journal's first line names; the others need not be read for that."""
    first = first_entry(path)
    if first is None:
        return ()
    refuse_odd_line(path, first)
    return decode_leniently(BeginLine, first.content).follows if first.kind == LINE_KINDS[BeginLine] else ()


@dataclass(frozen=True, slots=True)
class LineageReport:
    """What is wrong with the journals as a whole, and what is merely worth knowing, in words."""

    broken: tuple[str, ...]
    notes: tuple[str, ...]


def check_lineage(runs: Sequence[JournaledRun], fetched: FetchedRuns | None = None) -> LineageReport:
    """Compare all runs with what later ones say of them; of a window that was ``fetched``, those within it.

    A run that was cut off is no fault by itself, since a crash leaves it so; it is one when a later run knows
    more of its lines.
    """
    by_name = {run.name: run for run in runs}
    followers: defaultdict[str, list[str]] = defaultdict(list)
    broken: dict[str, str] = {}
    for run in runs:
        for earlier in run.follows:
            followers[earlier.run].append(run.name)
            fault = _fault(earlier, by_name.get(earlier.run))
            known = earlier.run in by_name or fetched is None or fetched.expects(named_time(earlier.run))
            if fault and known:
                broken.setdefault(earlier.run, f"run {earlier.run} {fault} (run {run.name} followed it)")
    notes = (*_cut_off(runs), *_retired(runs), *_side_by_side(followers), *_beginnings(runs))
    return LineageReport(tuple(broken[name] for name in sorted(broken)), notes)


def _fault(earlier: FollowedRun, run: JournaledRun | None) -> str | None:
    """What is wrong with a run that another one followed; None when it is what it was."""
    if run is None:
        return "is missing: its journal was taken away"
    if len(run.lines) < earlier.line:
        return f"has lost lines: its journal had {earlier.line}, now it ends after line {len(run.lines)}"
    if not run.holds(earlier):
        return "is not the one that it was: its journal was replaced"
    return None


def _cut_off(runs: Sequence[JournaledRun]) -> Iterator[str]:
    for run in runs:
        if not run.lines:
            yield f"run {run.name} is empty: it was cut off before it could write a line"
        elif not run.ended:
            yield f"run {run.name} has no end: it was cut off after line {len(run.lines)}"


def _retired(runs: Sequence[JournaledRun]) -> Iterator[str]:
    for run in runs:
        if run.retired:
            yield f"run {run.name} was retired at {run.retired.at}: later runs remember nothing of it"


def _side_by_side(followers: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for run, names in sorted(followers.items()):
        if len(names) > 1:
            yield f"runs {', '.join(names)} all follow run {run}: they were begun from copies of its journal"


def _beginnings(runs: Sequence[JournaledRun]) -> Iterator[str]:
    names = [run.name for run in runs if run.begun and not run.follows]
    if len(names) > 1:
        yield f"runs {', '.join(names)} follow none: they were begun where no earlier journal was known"


@dataclass(frozen=True, slots=True)
class MissingRun:
    """A run whose journal is not there: another one followed it, or the forge shows that it began to write.

    ``name`` is that of the run, or words for it. ``at`` is the instant as of which it began at the latest;
    None when nothing tells.
    """

    name: str
    at: datetime | None


def missing_runs(runs: Sequence[JournaledRun], account: str) -> tuple[MissingRun, ...]:
    """The missing runs for one account, by name; those of an unknown account, too, since they may be."""
    known = {run.name for run in runs}
    latest: dict[str, list[datetime]] = {}
    for run in runs:
        for earlier in run.follows:
            if earlier.run not in known and (earlier.account or account) == account:
                instants = (named_time(earlier.run), run.begun_at)
                latest.setdefault(earlier.run, []).extend(filter(None, instants))
    return tuple(MissingRun(name, min(latest[name], default=None)) for name in sorted(latest))


def without_journal(fetched: FetchedRuns, missing: Sequence[MissingRun]) -> Iterator[MissingRun]:
    """The attempts that the forge shows to have begun to write, and that kept nothing.

    One in whose time a missing run began is that run: it counts once.
    """
    known = [run.at for run in missing if run.at]
    for attempt in fetched.unkept:
        if not any(attempt.at <= at <= attempt.ended for at in known):
            yield MissingRun(str(attempt), attempt.at)
