"""The journal of a run: before each write the intent with the before-image, after it the outcome."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from reconcile.clock import utc_text
from reconcile.documents.contact_snapshot import contact_snapshot
from reconcile.documents.json_text import digest_of
from reconcile.documents.plan import operation_document
from reconcile.model.contact import Contact
from reconcile.model.plan import Change, Plan
from reconcile.model.result import Report, Result

from .hash_chain import HashChain
from .lineage import followed_runs
from .record import BEGIN, CUT_OFF, END, INTENT, OUTCOME, RESOLVED


class Journal:
    """Writes the lines of one run as it goes on. Every line is on disk before the run goes on."""

    def __init__(self, path: Path) -> None:
        self._chain = HashChain(path)
        self._unnoted: list[str] = []

    @property
    def run(self) -> str:
        """The name of the run."""
        return self._chain.path.stem

    @property
    def unnoted(self) -> int:
        """How many contacts have an outcome that could not be written down."""
        return len(self._unnoted)

    def begin(self, plan: Plan, at: datetime, facts: Mapping[str, Any]) -> None:
        """What the run sets out to do, for which account and when, and which runs were the last before it."""
        told = {"account": plan.account, "target": plan.target, "tool_version": plan.tool_version}
        counts = {"plan": plan.digest, "changes": len(plan.changes), "at": utc_text(at)}
        made_for = {"declarations": plan.declarations_digest, "config": plan.config_digest}
        follows = {"follows": followed_runs(self._chain.path)}
        self._chain.append(BEGIN, {**told, **counts, **made_for, **follows, **facts})

    def intent(self, change: Change, before: Contact | None) -> None:
        """One write that is about to be sent; ``before`` is None for a contact to be created."""
        self._chain.append(
            INTENT,
            {
                "key": change.key,
                "contact": change.contact.id or None,
                "email": change.contact.email,
                "operations": [operation_document(operation) for operation in change.operations],
                "before": contact_snapshot(before) if before else None,
                "payload_digest": digest_of(change.payload),
            },
        )

    def outcome(self, result: Result) -> None:
        """How one contact's change ended."""
        who = result.change.contact
        told = {"key": result.change.key, "contact": who.id or result.created, "email": who.email}
        try:
            self._chain.append(OUTCOME, {**told, "outcome": result.outcome.value, "detail": result.detail})
        except OSError:
            self._unnoted.append(result.change.key)
            raise

    def end(self, report: Report) -> None:
        """The run came to its end, whatever became of its contacts."""
        self._chain.append(END, {"complete": report.complete, "stopped": report.stopped})

    def close_run(self) -> None:
        """A later run has looked at all that this one left open."""
        self._chain.append(END, {"complete": False, "stopped": CUT_OFF})

    def resolve(self, intent: Mapping[str, Any], finding: str) -> None:
        """What a later look at a contact found that the run had left in doubt."""
        who = {name: intent[name] for name in ("key", "contact", "email")}
        self._chain.append(RESOLVED, {**who, "finding": finding})

    def close(self) -> None:
        """Close the file."""
        self._chain.close()


@contextmanager
def open_journal(folder: Path, now: datetime) -> Iterator[Journal]:
    """The journal of a new run, named after its time and some chance."""
    name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    opened = Journal(folder / f"{name}.jsonl")
    try:
        yield opened
    finally:
        opened.close()
