"""Update one contact: read, plan anew, write, read back. What was not shown is never written."""

import time
from dataclasses import dataclass, replace

from reconcile.errors import ApiError, Halted, OutcomeUnknown, Postponed
from reconcile.model import Change, Contact, Operation
from reconcile.plan import exceeding, plan_change, same_person, unreadable

from .course import Looks, Run, compared, confirmed, roles_held, trouble
from .journal import before_image
from .outcome import Outcome, Result

TRIES = 3
"""How often a write is sent whose answer was lost and which, read back, has not taken effect."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A write whose answer was lost, and the seconds from the reading before it until then."""

    change: Change
    gap: float


def update(change: Change, run: Run) -> Result:
    """Write; a write whose answer was lost is judged by the next reading, and only then repeated."""
    sent: Sent | None = None
    looks, lost = Looks(), 0
    while lost < TRIES:
        tried = _another_attempt(change, run, sent) if sent else _attempt(change, run, None)
        spent = looks.spent()
        if isinstance(tried, Result):
            return replace(tried, gap=max(tried.gap, sent.gap)) if sent else tried
        if isinstance(tried, Sent):
            sent, lost = replace(tried, gap=max(tried.gap, sent.gap if sent else 0.0)), lost + 1
        elif spent:
            return _given_up(change, sent, str(tried))
    return _given_up(change, sent, f"the answer to its write was lost {TRIES} times")


def _given_up(change: Change, sent: Sent | None, why: str) -> Result:
    if sent is None:
        return Result(change, Outcome.FAILED, why)
    return Result(change, Outcome.UNCONFIRMED, why, gap=sent.gap)


def _another_attempt(change: Change, run: Run, sent: Sent) -> Result | Sent | Postponed:
    """After a write whose answer was lost: whatever keeps us from looking, it may have taken effect."""
    try:
        tried = _attempt(change, run, sent)
    except (ApiError, OSError) as error:
        told = f"the answer to its write was lost, and then: {trouble(error, run)}"
        return Result(change, Outcome.UNCONFIRMED, told)
    if not isinstance(tried, Result) or tried.settled:
        return tried
    failed = tried.outcome is Outcome.FAILED
    told = f"the answer to its write was lost, and then: {tried.detail}" if failed else tried.detail
    return replace(tried, outcome=Outcome.UNCONFIRMED, detail=told)


def _attempt(change: Change, run: Run, sent: Sent | None) -> Result | Sent | Postponed:
    """Read, plan anew, write, read back. What was sent when the answer to the write is lost.

    Postponed when the account did not take the write now: after the wait the contact is read again.
    """
    live = run.account.contact_to_update(change.contact.id)
    read_at = time.monotonic()
    given = sent.change.operations if sent else ()
    if not same_person(live.identity, change.contact, given):
        return Result(change, Outcome.STALE, "it now has another type, e-mail or reference; plan again")
    fresh = _planned_anew(change, run, sent, live)
    if isinstance(fresh, Result):
        return replace(fresh, held=roles_held(live, run))
    return _written(change, fresh, run, live, read_at)


def _planned_anew(change: Change, run: Run, sent: Sent | None, live: Contact) -> Result | Change:
    """What is to be written by that reading; a result when that is nothing, or must not be."""
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
    return fresh if stopped is None else Result(change, Outcome.NOT_TRIED, stopped)


def _written(
    change: Change, fresh: Change, run: Run, live: Contact, read_at: float
) -> Result | Sent | Postponed:
    try:
        run.journal.intent(fresh, before_image(run.declarations[change.source], live))
        run.account.update(change.contact.id, fresh.payload)
    except OutcomeUnknown:
        return Sent(fresh, time.monotonic() - read_at)
    except Postponed as error:
        return error
    except Halted as error:
        return Result(change, Outcome.NOT_TRIED, str(error), held=roles_held(live, run))
    except (ApiError, OSError) as error:
        return Result(change, Outcome.FAILED, trouble(error, run), held=roles_held(live, run))
    return confirmed(change, fresh, change.contact.id, run, time.monotonic() - read_at)


def _settled(change: Change, sent: Sent | None, live: Contact, run: Run) -> Result:
    """Nothing is left to do: it never was, or a write whose answer was lost has taken effect."""
    if sent is None:
        return Result(change, Outcome.UNNECESSARY)
    return compared(change, sent.change, live, run)


def _stale(change: Change, beyond: tuple[Operation, ...]) -> Result:
    items = ", ".join(f"{operation.action} {operation.part} {operation.item}" for operation in beyond)
    return Result(change, Outcome.STALE, f"it would now need what nobody approved: {items}; plan again")
