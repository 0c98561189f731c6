"""How runs follow each other: each names the last ones before it, so that a lost or cut journal is found.

A journal may be fetched onto several machines, each of which then goes on by itself: their runs follow the
same one, and the next run that knows of both follows both. Only the runs that nobody follows yet can vanish
without a trace.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .hash_chain import first_entry
from .record import JournaledRun, read_run

Followed = Mapping[str, Any]
"""A run that another one follows: its name, the last line that it wrote itself, and that line's hash.

Lines that a later run adds to it do not count: two machines may add different ones.
"""


def followed_runs(path: Path) -> list[Followed]:
    """The runs in the folder of a new journal that no other run follows yet, by name.

    A journal without a line tells nothing, so nothing is lost with it.
    """
    others = {other.stem: other for other in sorted(path.parent.glob("*.jsonl")) if other != path}
    known = {entry["run"] for other in others.values() for entry in _first_names(other)}
    left = (read_run(other) for name, other in others.items() if name not in known)
    return [_last_of(record) for record in left if record.own]


def _first_names(path: Path) -> Sequence[Followed]:
    line = first_entry(path)
    return [] if line is None else line.content.get("follows", [])


def _last_of(record: JournaledRun) -> Followed:
    last = record.own[-1]
    return {"run": record.run, "line": last.number, "hash": last.seal}


@dataclass(frozen=True, slots=True)
class LineageReport:
    """What is wrong with the journals as a whole, and what is merely worth knowing, in words."""

    broken: tuple[str, ...]
    told: tuple[str, ...]


def check_lineage(records: Sequence[JournaledRun]) -> LineageReport:
    """Compare all runs with what later ones say of them.

    A run that was cut off is no fault by itself, since a crash leaves it so; it is one when a later run knows
    more of its lines.
    """
    by_name = {record.run: record for record in records}
    followers: defaultdict[str, list[str]] = defaultdict(list)
    broken: dict[str, str] = {}
    for record in records:
        for entry in record.begun.get("follows", []):
            followers[entry["run"]].append(record.run)
            fault = _fault(entry, by_name.get(entry["run"]))
            if fault:
                broken.setdefault(entry["run"], f"run {entry['run']} {fault} (run {record.run} followed it)")
    told = (*_cut_off(records), *_side_by_side(followers), *_beginnings(records))
    return LineageReport(tuple(broken[run] for run in sorted(broken)), told)


def _fault(entry: Followed, found: JournaledRun | None) -> str | None:
    """What is wrong with a run that another one followed; None when it is what it was."""
    if found is None:
        return "is missing: its journal was taken away"
    if len(found.lines) < entry["line"]:
        return f"has lost lines: its journal had {entry['line']}, now it ends after line {len(found.lines)}"
    if found.lines[entry["line"] - 1].seal != entry["hash"]:
        return "is not the one that it was: its journal was replaced"
    return None


def _cut_off(records: Sequence[JournaledRun]) -> Iterator[str]:
    for record in records:
        if not record.lines:
            yield f"run {record.run} is empty: it was cut off before it could write a line"
        elif not record.ended:
            yield f"run {record.run} has no end: it was cut off after line {len(record.lines)}"


def _side_by_side(followers: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for run, found in sorted(followers.items()):
        if len(found) > 1:
            yield f"runs {', '.join(found)} all follow run {run}: they were begun from copies of its journal"


def _beginnings(records: Sequence[JournaledRun]) -> Iterator[str]:
    found = [record.run for record in records if record.begun and not record.begun.get("follows")]
    if len(found) > 1:
        yield f"runs {', '.join(found)} follow none: they were begun where no earlier journal was known"
