"""One contact's change: read, plan anew, write, read back. What was not shown is never written."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from reconcile.errors import ApiError, Forbidden, Halted, OutcomeUnknown, Postponed, Unauthorized
from reconcile.model import (
    Change,
    ChangeAction,
    Contact,
    Declaration,
    Operation,
    Payload,
    Place,
)
from reconcile.plan import Scene, exceeding, plan_change, same_person, unmet, unreadable

from .brake import Brake
from .journal import Journal, before_image
from .outcome import Outcome, Result

LOOKS = 16
"""How often a contact is read before its write when each time the write would have had to wait.

Eight times the account may ask for it, as often as it may for any other request; that each time another
worker is asked, too, between this one's reading and its turn, makes it twice as many.
"""

PATIENCE = 900.0
"""The seconds after which no further look is taken, however few there were: three of the longest pauses."""

TRIES = 3
"""How often a write is sent whose answer was lost and which, read back, has not taken effect."""


class Account(Protocol):
    """What carrying out a plan needs of the account."""

    def contact(self, contact_id: str, /) -> Contact:
        """Read one contact afresh."""

    def contact_to_update(self, contact_id: str, /) -> Contact:
        """Read one contact right before its write."""

    def update(self, contact_id: str, payload: Payload, /) -> object:
        """Write one contact."""

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


def settle(change: Change, run: Run) -> Result:
    """Bring one contact to its target; every failure becomes a result, so that other contacts go on."""
    reason = run.stops(change)
    if reason is not None:
        return Result(change, Outcome.NOT_TRIED, reason)
    try:
        result = _tried(change, run)
    except BaseException:
        run.brake.stop("an unexpected error")
        raise
    if result.settled or result.outcome is Outcome.STALE:
        run.brake.succeeded()
    elif result.outcome is not Outcome.NOT_TRIED:
        run.brake.failed()
    return _noted(result, run)


def _noted(result: Result, run: Run) -> Result:
    """The result, once the journal has it. Without a journal nothing more is written."""
    try:
        run.journal.outcome(result)
    except OSError as error:
        run.brake.stop(f"the journal can't be written: {error.strerror}")
    return result


def _tried(change: Change, run: Run) -> Result:
    try:
        return _create(change, run) if change.action is ChangeAction.CREATE else _update(change, run)
    except Halted as error:
        return Result(change, Outcome.NOT_TRIED, str(error))
    except (ApiError, OSError) as error:
        return Result(change, Outcome.FAILED, _trouble(error, run))


def _trouble(error: ApiError | OSError, run: Run) -> str:
    """The trouble in words, once the run is stopped where the next contact would meet the same."""
    if isinstance(error, OSError):
        told = f"the journal can't be written: {error.strerror}"
        run.brake.stop(told)
        return told
    if isinstance(error, Unauthorized | Forbidden):
        run.brake.stop(str(error))
    return str(error)


def _update(change: Change, run: Run) -> Result:
    """Write; a write whose answer was lost is judged by the next reading, and only then repeated."""
    sent: Change | None = None
    left, lost, until = LOOKS, 0, time.monotonic() + PATIENCE
    while lost < TRIES:
        tried = _another_attempt(change, run, sent) if sent else _attempt(change, run, None)
        left -= 1
        if isinstance(tried, Result):
            return tried
        if isinstance(tried, Change):
            sent, lost = tried, lost + 1
        elif left == 0 or time.monotonic() > until:
            return Result(change, Outcome.UNCONFIRMED if sent else Outcome.FAILED, str(tried))
    return Result(change, Outcome.UNCONFIRMED, f"the answer to its write was lost {TRIES} times")


def _another_attempt(change: Change, run: Run, sent: Change) -> Result | Change | Postponed:
    """After a write whose answer was lost: whatever keeps us from looking, it may have taken effect."""
    try:
        tried = _attempt(change, run, sent)
    except (ApiError, OSError) as error:
        told = f"the answer to its write was lost, and then: {_trouble(error, run)}"
        return Result(change, Outcome.UNCONFIRMED, told)
    if isinstance(tried, Result) and tried.outcome in {Outcome.STALE, Outcome.NOT_TRIED}:
        return replace(tried, outcome=Outcome.UNCONFIRMED)
    return tried


def _attempt(change: Change, run: Run, sent: Change | None) -> Result | Change | Postponed:
    """Read, plan anew, write, read back. The change that was sent when the answer to its write is lost.

    Postponed when the account did not take the write now: after the wait the contact is read again.
    """
    live = run.account.contact_to_update(change.contact.id)
    read_at = time.monotonic()
    if sent is None and not same_person(live.identity, change.contact):
        return Result(change, Outcome.STALE, "it now has another type, e-mail or reference; plan again")
    declaration = run.declarations[change.source]
    unread = unreadable(declaration, live, run.scene)
    if unread:
        told = f"what must be kept could not be read: {', '.join(unread)}"
        return Result(change, Outcome.STALE, told)
    fresh = plan_change(declaration, live, run.scene)
    if fresh is None:
        return _settled(change, sent, live, run)
    beyond = exceeding(fresh.operations, run.approved[change.key])
    if beyond:
        return _stale(change, beyond)
    stopped = run.stops(fresh)
    if stopped is not None:
        return Result(change, Outcome.NOT_TRIED, stopped)
    run.journal.intent(fresh, before_image(declaration, live))
    return _sent(change, fresh, run, read_at)


def _sent(change: Change, fresh: Change, run: Run, read_at: float) -> Result | Change | Postponed:
    try:
        run.account.update(change.contact.id, fresh.payload)
    except OutcomeUnknown:
        return fresh
    except Postponed as error:
        return error
    gap = time.monotonic() - read_at
    return _confirmed(change, fresh, change.contact.id, run, gap)


def _settled(change: Change, sent: Change | None, live: Contact, run: Run) -> Result:
    """Nothing is left to do: it never was, or a write whose answer was lost has taken effect."""
    if sent is None:
        return Result(change, Outcome.UNNECESSARY)
    return _compared(change, sent, live, run)


def _stale(change: Change, beyond: tuple[Operation, ...]) -> Result:
    items = ", ".join(f"{operation.action} {operation.part} {operation.item}" for operation in beyond)
    return Result(change, Outcome.STALE, f"it would now need what nobody approved: {items}; plan again")


def _create(change: Change, run: Run) -> Result:
    stopped = run.stops(change)
    if stopped is not None:
        return Result(change, Outcome.NOT_TRIED, stopped)
    run.journal.intent(change, None)
    try:
        contact_id = run.account.create(change.payload)
    except OutcomeUnknown as error:
        return Result(change, Outcome.UNCONFIRMED, f"{error}; plan again to see whether it exists")
    result = _confirmed(change, change, contact_id, run, 0.0)
    return Result(change, result.outcome, result.detail, created=contact_id)


def _confirmed(change: Change, written: Change, contact_id: str, run: Run, gap: float) -> Result:
    """Read the contact back and compare it with what was written."""
    try:
        after = run.account.contact(contact_id)
    except ApiError as error:
        told = f"written, but it could not be read back: {_trouble(error, run)}"
        return Result(change, Outcome.UNCONFIRMED, told, gap=gap)
    return _compared(change, written, after, run, gap)


def _compared(change: Change, written: Change, after: Contact, run: Run, gap: float = 0.0) -> Result:
    differences = unmet(written.target, after.state, run.scene.now)
    if not differences:
        return Result(change, Outcome.APPLIED, gap=gap)
    told = f"the account holds something else than was written: {', '.join(differences)}"
    return Result(change, Outcome.UNCONFIRMED, told, gap=gap)
