"""What settling a contact goes by, be it updated or created: the run, its bounds, the reading back."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reconcile.errors import ApiError, Forbidden, Unauthorized
from reconcile.model import Change, Contact, Declaration, Identity, Operation, Payload, Place
from reconcile.plan import Scene, unmet

from .brake import Brake
from .journal import Journal
from .outcome import Outcome, Result

LOOKS = 16
"""How often a contact is read before its write when each time the write would have had to wait.

Eight times the account may ask for it, as often as it may for any other request; that each time another
worker is asked, too, between this one's reading and its turn, makes it twice as many.
"""

PATIENCE = 900.0
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
class Run:
    """Everything one run goes by.

    ``declarations`` are found by the place at which they stand. ``approved`` holds, by contact, the
    operations that were approved: nothing beyond them is written. ``held_back`` tells of a change why it must
    wait, or None; it is asked before a contact is begun and again before each write. ``workers`` contacts are
    settled at a time.
    """

    account: Account
    scene: Scene
    declarations: Mapping[Place, Declaration]
    approved: Mapping[str, tuple[Operation, ...]]
    journal: Journal
    brake: Brake
    held_back: Callable[[Change], str | None] = lambda _change: None
    workers: int = 1

    def stops(self, change: Change) -> str | None:
        """Why that change must not be written now, or None."""
        return self.brake.reason or self.held_back(change)


@dataclass(slots=True)
class Looks:
    """The looks at one contact that are left before it is given up."""

    left: int = LOOKS
    until: float = field(default_factory=lambda: time.monotonic() + PATIENCE)

    def spent(self) -> bool:
        """Take one; True when it was the last."""
        self.left -= 1
        return self.left <= 0 or time.monotonic() > self.until


def trouble(error: ApiError | OSError, run: Run) -> str:
    """The trouble in words, once the run is stopped where the next contact would meet the same."""
    if isinstance(error, OSError):
        told = f"the journal can't be written: {error.strerror}"
        run.brake.stop(told)
        return told
    if isinstance(error, Unauthorized | Forbidden):
        run.brake.stop(str(error))
    return str(error)


def confirmed(change: Change, written: Change, contact_id: str, run: Run, gap: float) -> Result:
    """Read the contact back and compare it with what was written."""
    try:
        after = run.account.contact(contact_id)
    except ApiError as error:
        told = f"written, but it could not be read back: {trouble(error, run)}"
        return Result(change, Outcome.UNCONFIRMED, told, gap=gap)
    return compared(change, written, after, run, gap)


def compared(change: Change, written: Change, after: Contact, run: Run, gap: float = 0.0) -> Result:
    """How a write ended by what the account holds after it."""
    held = roles_held(after, run)
    differences = unmet(written.target, after.state, run.scene.now)
    if not differences:
        return Result(change, Outcome.APPLIED, gap=gap, held=held)
    told = f"the account holds something else than was written: {', '.join(differences)}"
    return Result(change, Outcome.UNCONFIRMED, told, gap=gap, held=held)


def roles_held(live: Contact, run: Run) -> frozenset[str] | None:
    """The roles that a contact holds by that reading; None when it does not tell."""
    if live.state.roles is None:
        return None
    return frozenset(grant.reference for grant in live.state.roles if grant.held(run.scene.now))
