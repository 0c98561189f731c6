"""A run as its journal tells it, whoever asks: guards, revert, history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

from reconcile.clock import parse_utc_text
from reconcile.model.result import Outcome

from .hash_chain import ChainEntry, read_entries

BEGIN, INTENT, OUTCOME, RESOLVED, END = "begin", "intent", "outcome", "resolved", "end"

CUT_OFF = "cut off"
"""Why a run was stopped, as the later run tells that closes its journal for it."""


@dataclass(frozen=True, slots=True)
class JournaledRun:
    """A run as its journal tells it."""

    run: str
    path: Path
    lines: tuple[ChainEntry, ...]

    def of(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        """The contents of all lines of a kind, in order."""
        return tuple(line.content for line in self.lines if line.kind == kind)

    @property
    def begun(self) -> Mapping[str, Any]:
        """What the run set out to do; empty when it was cut off before it could say so."""
        return next(iter(self.of(BEGIN)), {})

    @property
    def account(self) -> str:
        """The account that the run was for."""
        return str(self.begun.get("account", ""))

    @property
    def begun_at(self) -> datetime | None:
        """When the run began; None when it was cut off before it could say so."""
        return parse_utc_text(self.begun["at"]) if "at" in self.begun else None

    @property
    def ended(self) -> bool:
        """True when the run came to its end."""
        return bool(self.of(END))

    @property
    def complete(self) -> bool:
        """True when the run came to its end and left nothing undone."""
        return any(entry["complete"] for entry in self.of(END))

    @property
    def due(self) -> bool:
        """True when the run only did what was due by the clock."""
        return bool(self.begun.get("due"))

    @property
    def own(self) -> tuple[ChainEntry, ...]:
        """The lines that the run wrote itself, without those that later runs added when they looked at it."""
        return tuple(takewhile(lambda line: not _added(line), self.lines))

    def contacts(self, *outcomes: Outcome) -> frozenset[str]:
        """The ids of the contacts that ended in one of these ways."""
        return frozenset(entry["contact"] for entry in self.of(OUTCOME) if entry["outcome"] in outcomes)

    @property
    def in_doubt(self) -> tuple[Mapping[str, Any], ...]:
        """The writes of which nobody knows whether they took effect: the last intent without an outcome."""
        settled = {entry["key"] for kind in (OUTCOME, RESOLVED) for entry in self.of(kind)}
        last = {entry["key"]: entry for entry in self.of(INTENT)}
        return tuple(entry for key, entry in last.items() if key not in settled)


def _added(line: ChainEntry) -> bool:
    return line.kind == RESOLVED or (line.kind == END and line.content["stopped"] == CUT_OFF)


def read_run(path: Path) -> JournaledRun:
    """One run; BrokenChain when its journal is not what was written."""
    return JournaledRun(path.stem, path, read_entries(path))


def read_runs(folder: Path) -> Sequence[JournaledRun]:
    """All runs, oldest first; BrokenChain for the first journal that is not what was written."""
    return [read_run(path) for path in sorted(folder.glob("*.jsonl"))]
