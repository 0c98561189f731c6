"""What one run of apply works with: account, plan, journal, limits, and the breaker that stops it."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from reconcile.errors import ApiError, Forbidden, Unauthorized
from reconcile.evance.writer import WriteResult
from reconcile.journal.writer import Journal
from reconcile.model.contact import Contact, Identity
from reconcile.model.plans.change import Change, Payload
from reconcile.model.plans.operation import Operation
from reconcile.model.plans.plan import PlanContext


class CircuitBreaker:
    """Tells before every contact, before every write and in every wait whether the run may go on.

    Once stopped it stays so. Safe to use from several threads. ``kill_reason`` is the kill switch: why
    nothing may be written any more, or None. ``most_failures`` in a row stop the run.
    """

    def __init__(self, most_failures: int, kill_reason: Callable[[], str | None] = lambda: None) -> None:
        self._most_failures = most_failures
        self._kill_reason = kill_reason
        self._lock = threading.RLock()  # a signal may stop the run while its own thread asks for the reason
        self._in_a_row = 0
        self._reason: str | None = None

    @property
    def reason(self) -> str | None:
        """Why nothing more may be written; None while the run goes on."""
        with self._lock:
            self._reason = self._reason or self._kill_reason()
            return self._reason

    def stop(self, reason: str) -> None:
        """Stop the run; the first reason is kept."""
        with self._lock:
            self._reason = self._reason or reason

    def succeeded(self) -> None:
        """Count failures anew: one contact went well."""
        with self._lock:
            self._in_a_row = 0

    def failed(self) -> None:
        """Count a failure: several in a row mean that something larger than one contact is wrong."""
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= self._most_failures:
                self._reason = self._reason or f"{self._in_a_row} contacts failed in a row"


MOST_READS = 16
"""Maximum number of times a contact is read before its write when each time the write would have to wait.

2 x 8: the account may ask for a wait as often as for any other request (8 tries); each time, another worker
may be asked to wait, too, between this one's reading and its turn.
"""

LONGEST_WAIT = 900.0
"""Maximum number of seconds, then a contact is not read again: three of the longest pauses."""


class WritableAccount(Protocol):
    """What carrying out a plan needs of the account."""

    def contact(self, contact_id: str, /) -> Contact:
        """Read one contact afresh."""

    def contact_to_update(self, contact_id: str, /) -> Contact:
        """Read one contact right before its write."""

    def update(self, contact_id: str, payload: Payload, /) -> WriteResult:
        """Write one contact."""

    def namesakes(self, emails: Iterable[str], reference: str | None, /) -> Iterable[Identity]:
        """Look right before a creation for contacts with such an address or that reference."""

    def create(self, payload: Payload, /) -> WriteResult:
        """Add a contact."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """Everything that carrying out a change depends on.

    ``approved`` holds, by contact, the operations that were approved: nothing beyond them is written.
    ``held_back`` says why a change must wait, or None; it is asked before a contact is begun and again before
    each write. ``clock_fault`` says why the machine's clock can't be trusted by the reading right before a
    write, or None. ``workers`` contacts are carried out at a time. ``present`` tells the time, by which a
    grant may end while a run lasts; None: it stands still. ``losing_last_role`` are the labels of the
    contacts that the guard ``last-role`` has counted.
    """

    account: WritableAccount
    context: PlanContext
    approved: Mapping[str, tuple[Operation, ...]]
    journal: Journal
    breaker: CircuitBreaker
    held_back: Callable[[Change], str | None] = lambda _change: None
    clock_fault: Callable[[], str | None] = lambda: None
    workers: int = 1
    present: Callable[[], datetime] | None = None
    losing_last_role: frozenset[str] = frozenset()

    def time(self) -> datetime:
        """The present."""
        return self.present() if self.present else self.context.now

    def stops(self, change: Change) -> str | None:
        """Why that change must not be written now, or None."""
        return self.breaker.reason or self.held_back(change)

    def stops_write(self, change: Change) -> str | None:
        """``stops``, after the reading before a write; a clock that has become wrong stops the whole run."""
        fault = self.clock_fault()
        if fault is not None:
            self.breaker.stop(fault)
        return self.stops(change)


@dataclass(slots=True)
class ReadBudget:
    """How often, and until when, one contact may be read before it is given up."""

    left: int = MOST_READS
    until: float = field(default_factory=lambda: time.monotonic() + LONGEST_WAIT)

    def spend(self) -> bool:
        """Use up one read; True when only one is left, for a last look."""
        self.left -= 1
        return self.left <= 1 or time.monotonic() > self.until


_MEND = "make room there, or get the right to write, then apply again, which plans what is left"


def failure_text(error: ApiError | OSError, run: RunContext) -> str:
    """The error in words. The run is stopped where the next contact would meet the same error."""
    if isinstance(error, OSError):
        named = f" {error.filename}" if error.filename else ""
        reason = f"the journal{named} can't be written ({error.strerror}), and without it nothing is: {_MEND}"
        run.breaker.stop(reason)
        return reason
    if isinstance(error, Unauthorized | Forbidden):
        run.breaker.stop(str(error))
    return str(error)


def roles_held(live: Contact, run: RunContext) -> frozenset[str] | None:
    """The roles that a contact holds by that reading; None when the reading does not show them."""
    if live.state.roles is None:
        return None
    return frozenset(grant.reference for grant in live.state.roles if grant.held(run.context.now))
