"""What earlier runs on this checkout tell: for the guards, and for what a crash has left in doubt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from reconcile.clock import parse_utc_text
from reconcile.documents.plan import operation_from_document
from reconcile.model.result import SETTLED, Outcome
from reconcile.plan.drift import ApplyHistory, LastApply, WrittenItem

from .effects import effective_writes
from .record import INTENT, JournaledRun, read_runs


@dataclass(frozen=True, slots=True)
class RunHistory:
    """The runs on this checkout that were for one account, oldest first."""

    records: tuple[JournaledRun, ...] = ()

    @property
    def contacts_before(self) -> int | None:
        """How many contacts the account had at the last run."""
        counts = [record.begun.get("contacts") for record in self.records]
        return next((count for count in reversed(counts) if isinstance(count, int)), None)

    @property
    def spent(self) -> tuple[Mapping[str, str], ...]:
        """The overrides that earlier runs have used up.

        A run that surely wrote nothing uses none up. One that was cut off, or that left something undone,
        may be finished with the same override: it is bound to the digest of the approved plan, so no other
        writes can come of it. Once that plan is carried out in full, the override is gone for good.
        """
        carried_out = {record.begun.get("approved") for record in self.records if record.complete}
        used = (record for record in self.records if effective_writes(record))
        entries = (entry for record in used for entry in record.begun.get("allowances", ()))
        return tuple(entry for entry in entries if entry["digest"] in carried_out)

    def lost_since(self, moment: datetime) -> frozenset[str]:
        """The ids of contacts that lost a role in runs that began after that moment."""
        recent = [record for record in self.records if record.begun_at and record.begun_at > moment]
        return frozenset(contact for record in recent for contact in _losers(record))

    @property
    def history(self) -> ApplyHistory:
        """What the runs tell of the reasons for drift."""
        full = [record for record in self.records if "declarations" in record.begun and not record.due]
        written = {item: at for record in self.records for item, at in _written(record)}
        return ApplyHistory(_last_apply(full[-1]) if full else None, written)

    def of_approval(self, digest: str) -> JournaledRun | None:
        """The last run that carried out the plan of that digest."""
        found = (record for record in reversed(self.records) if record.begun.get("approved") == digest)
        return next(found, None)

    def recent_losses(self, now: datetime, hours: int) -> frozenset[str]:
        """The ids of contacts that lost a role in the last hours."""
        return self.lost_since(now - timedelta(hours=hours))


NO_HISTORY = RunHistory()
"""Nothing was applied from this checkout yet."""


def run_history(folder: Path, account: str) -> RunHistory:
    """The past of one account; BrokenChain when a journal is not what was written."""
    return RunHistory(tuple(record for record in read_runs(folder) if record.account == account))


def _last_apply(record: JournaledRun) -> LastApply:
    return LastApply(
        run=record.run,
        at=parse_utc_text(record.begun["at"]),
        declarations=record.begun["declarations"],
        config=record.begun["config"],
        complete=record.complete,
        settled=record.contacts(*SETTLED),
    )


def _written(record: JournaledRun) -> Iterator[tuple[WrittenItem, datetime]]:
    """The items that a run wrote and confirmed, and when it began."""
    applied = record.contacts(Outcome.APPLIED)
    for intent in record.of(INTENT):
        if intent["contact"] in applied and record.begun_at is not None:
            for step in intent["operations"]:
                yield (intent["contact"], step["facet"], step["item"]), record.begun_at


def _losers(record: JournaledRun) -> Iterator[str]:
    """Whoever may have lost a role: all that was sent counts, but for what surely took no effect."""
    for writes in effective_writes(record).values():
        steps = (operation_from_document(step) for write in writes for step in write["operations"])
        if writes[0]["contact"] and any(step.revokes or step.shortens for step in steps):
            yield writes[0]["contact"]
