"""What settling a contact goes by, be it updated or created: the run, its bounds, the reading back."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reconcile.errors import ApiError, Forbidden, Unauthorized
from reconcile.journal.writer import Journal
from reconcile.model.contact import Contact, Identity
from reconcile.model.declaration import Declaration
from reconcile.model.plan import Change, Operation, Payload, PlanContext
from reconcile.model.problem import Place
from reconcile.model.result import Outcome, Result
from reconcile.plan.verify import unmet_target

from .circuit_breaker import CircuitBreaker

MOST_READS = 16
"""How often a contact is read before its write when each time the write would have had to wait.

Eight times the account may ask for it, as often as it may for any other request; that each time another
worker is asked, too, between this one's reading and its turn, makes it twice as many.
"""

LONGEST_WAIT = 900.0
"""The seconds after which no further look is taken, however few there were: three of the longest pauses."""


class Account(Protocol):
    """What carrying out a plan needs of the account."""

    def contact(self, contact_id: str, /) -> Contact:
        """Read one contact afresh."""

    def contact_to_update(self, contact_id: str, /) -> Contact:
        """Read one contact right before its write."""

    def update(self, contact_id: str, payload: Payload, /) -> object:
        """Write one contact."""

    def namesakes(self, emails: Iterable[str], reference: str | None, /) -> Iterable[Identity]:
        """Look right before a creation for those who have such an address or that reference."""

    def create(self, payload: Payload, /) -> str:
        """Add a contact and tell its id."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """Everything one run goes by.

    ``declarations`` are found by the place at which they stand. ``approved`` holds, by contact, the
    operations that were approved: nothing beyond them is written. ``held_back`` tells of a change why it must
    wait, or None; it is asked before a contact is begun and again before each write. ``workers`` contacts are
    settled at a time.
    """

    account: Account
    context: PlanContext
    declarations: Mapping[Place, Declaration]
    approved: Mapping[str, tuple[Operation, ...]]
    journal: Journal
    breaker: CircuitBreaker
    held_back: Callable[[Change], str | None] = lambda _change: None
    workers: int = 1

    def stops(self, change: Change) -> str | None:
        """Why that change must not be written now, or None."""
        return self.breaker.reason or self.held_back(change)


@dataclass(slots=True)
class ReadBudget:
    """The looks at one contact that are left before it is given up."""

    left: int = MOST_READS
    until: float = field(default_factory=lambda: time.monotonic() + LONGEST_WAIT)

    def spent(self) -> bool:
        """Take one; True when it was the last."""
        self.left -= 1
        return self.left <= 0 or time.monotonic() > self.until


def failure_text(error: ApiError | OSError, run: RunContext) -> str:
    """The trouble in words, once the run is stopped where the next contact would meet the same."""
    if isinstance(error, OSError):
        told = f"the journal can't be written: {error.strerror}"
        run.breaker.stop(told)
        return told
    if isinstance(error, Unauthorized | Forbidden):
        run.breaker.stop(str(error))
    return str(error)


def read_back(change: Change, written: Change, contact_id: str, run: RunContext, gap: float) -> Result:
    """Read the contact back and compare it with what was written."""
    try:
        after = run.account.contact(contact_id)
    except ApiError as error:
        told = f"written, but it could not be read back: {failure_text(error, run)}"
        return Result(change, Outcome.UNCONFIRMED, told, gap=gap)
    return compare_with_target(change, written, after, run, gap)


def compare_with_target(
    change: Change, written: Change, after: Contact, run: RunContext, gap: float = 0.0
) -> Result:
    """How a write ended by what the account holds after it."""
    held = roles_held(after, run)
    differences = unmet_target(written.target, after.state, run.context.now)
    if not differences:
        return Result(change, Outcome.APPLIED, gap=gap, held=held)
    told = f"the account holds something else than was written: {', '.join(differences)}"
    return Result(change, Outcome.UNCONFIRMED, told, gap=gap, held=held)


def roles_held(live: Contact, run: RunContext) -> frozenset[str] | None:
    """The roles that a contact holds by that reading; None when it does not tell."""
    if live.state.roles is None:
        return None
    return frozenset(grant.reference for grant in live.state.roles if grant.held(run.context.now))
