"""The journal of a run: before each write the intent with the before-image, after it the outcome."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from reconcile.model import (
    Change,
    Contact,
    Declaration,
    Plan,
    contact_image,
    from_zulu,
    operation_document,
    zulu,
)
from reconcile.plan import digest_of, managed_part

from .chain import Chain, Link, links
from .outcome import Outcome, Report, Result

BEGIN, INTENT, OUTCOME, RESOLVED, END = "begin", "intent", "outcome", "resolved", "end"


class Journal:
    """Writes the lines of one run as it goes on. Every line is on disk before the run goes on."""

    def __init__(self, path: Path) -> None:
        self._chain = Chain(path)

    @property
    def run(self) -> str:
        """The name of the run."""
        return self._chain.path.stem

    def begin(self, plan: Plan, at: datetime, facts: Mapping[str, Any]) -> None:
        """What the run sets out to do, for which account, and when."""
        told = {"account": plan.account, "target": plan.target, "tool_version": plan.tool_version}
        counts = {"plan": plan.digest, "changes": len(plan.changes), "at": zulu(at)}
        made_for = {"declarations": plan.declarations_digest, "config": plan.config_digest}
        self._chain.append(BEGIN, {**told, **counts, **made_for, **facts})

    def intent(self, change: Change, before: Contact | None) -> None:
        """One write that is about to be sent; ``before`` is None for a contact to be created."""
        self._chain.append(
            INTENT,
            {
                "key": change.key,
                "contact": change.contact.id or None,
                "email": change.contact.email,
                "operations": [operation_document(operation) for operation in change.operations],
                "before": contact_image(before) if before else None,
                "payload_digest": digest_of(change.payload),
            },
        )

    def outcome(self, result: Result) -> None:
        """How one contact's change ended."""
        who = result.change.contact
        told = {"key": result.change.key, "contact": who.id or result.created, "email": who.email}
        self._chain.append(OUTCOME, {**told, "outcome": result.outcome.value, "detail": result.detail})

    def end(self, report: Report) -> None:
        """The run came to its end, whatever became of its contacts."""
        self._chain.append(END, {"complete": report.complete, "stopped": report.stopped})

    def close_run(self) -> None:
        """A later run has looked at all that this one left open."""
        self._chain.append(END, {"complete": False, "stopped": "cut off"})

    def resolve(self, intent: Mapping[str, Any], finding: str) -> None:
        """What a later look at a contact found that the run had left in doubt."""
        who = {name: intent[name] for name in ("key", "contact", "email")}
        self._chain.append(RESOLVED, {**who, "finding": finding})

    def close(self) -> None:
        """Close the file."""
        self._chain.close()


@contextmanager
def journal(folder: Path, now: datetime) -> Iterator[Journal]:
    """The journal of a new run, named after its time and some chance."""
    name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    opened = Journal(folder / f"{name}.jsonl")
    try:
        yield opened
    finally:
        opened.close()


def before_image(declaration: Declaration, live: Contact) -> Contact:
    """What is kept of a contact before its write: all it holds, and of its fields only the managed ones."""
    managed = managed_part(declaration, live.state)
    state = replace(live.state, profile=managed.profile, address=managed.address)
    return replace(live, state=state)


@dataclass(frozen=True, slots=True)
class Record:
    """A run as its journal tells it."""

    run: str
    path: Path
    lines: tuple[Link, ...]

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
        return from_zulu(self.begun["at"]) if "at" in self.begun else None

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

    def contacts(self, *outcomes: Outcome) -> frozenset[str]:
        """The ids of the contacts that ended in one of these ways."""
        return frozenset(entry["contact"] for entry in self.of(OUTCOME) if entry["outcome"] in outcomes)

    @property
    def in_doubt(self) -> tuple[Mapping[str, Any], ...]:
        """The writes of which nobody knows whether they took effect: the last intent without an outcome."""
        settled = {entry["key"] for kind in (OUTCOME, RESOLVED) for entry in self.of(kind)}
        last = {entry["key"]: entry for entry in self.of(INTENT)}
        return tuple(entry for key, entry in last.items() if key not in settled)


def read_run(path: Path) -> Record:
    """One run; BrokenChain when its journal is not what was written."""
    return Record(path.stem, path, links(path))


def runs(folder: Path) -> Sequence[Record]:
    """All runs, oldest first; BrokenChain for the first journal that is not what was written."""
    return [read_run(path) for path in sorted(folder.glob("*.jsonl"))]
