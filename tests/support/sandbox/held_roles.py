"""Which roles contacts held during each run, by the sandbox's list of changes, to judge what runs saw."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.record import BrokenRecord, read_record
from reconcile.journal.reports.sightings import sightings
from reconcile.model.record import Record
from reconcile.model.reports.role_on_day import Sighting
from tests.support.sandbox.sandbox_account import Account

Grants = Mapping[str, Any]
"""The status and the end of each grant, the end in seconds since 1970 or as text, by role."""

OPENING = ("active", "pending")


@dataclass
class HeldRoles:
    """What contacts hold, and all that they held while each run went on, by the name of the run."""

    grants: dict[str, Grants]
    during: dict[str, dict[str, list[Grants]]] = field(default_factory=dict)

    @classmethod
    def of(cls, account: Account) -> "HeldRoles":
        """The account as it is."""
        return cls({contact: state["roles"] for contact, state in account.items()})

    def happened(self, changes: Iterable[Mapping[str, Any]]) -> None:
        """What has happened, in rows of the sandbox's list of changes."""
        self.grants.update(map(_after, changes))

    def happened_during(self, run: str, changes: Iterable[Mapping[str, Any]]) -> None:
        """What happened while a run went on, which began with what contacts hold."""
        told = {contact: [grants] for contact, grants in self.grants.items()}
        for contact, grants in map(_after, changes):
            told.setdefault(contact, []).append(grants)
        self.during[run] = told

    def untrue(self, runs: Iterable[JournaledRun], roles: Iterable[str]) -> list[Sighting]:
        """What runs say that they saw, and that was not so at any time while they went on."""
        known = [run for run in runs if not run.retired]
        said = ((role, seen) for role in roles for run in known for seen in _seen(run, known, role))
        return [seen for role, seen in said if seen.held not in self._held(seen, role)]

    def _held(self, seen: Sighting, role: str) -> set[bool]:
        told = self.during[seen.run].get(seen.contact, [])
        return {_is_held(grants.get(role), seen.since) for grants in told}


def _after(change: Mapping[str, Any]) -> tuple[str, Grants]:
    return str(change["contact"]), change["after"]["roles"] if change["after"] else {}


def _is_held(grant: Any, now: datetime) -> bool:
    status, expires = grant or ("", None)
    ends = datetime.fromisoformat(expires).timestamp() if isinstance(expires, str) else expires
    return status in OPENING and (ends is None or ends > now.timestamp())


def _seen(run: JournaledRun, runs: list[JournaledRun], role: str) -> Iterator[Sighting]:
    return sightings(run, runs, role, _record(run), managed=True)


def _record(run: JournaledRun) -> Record | None:
    try:
        return read_record(run, run.record) if run.record else None
    except BrokenRecord:
        return None
