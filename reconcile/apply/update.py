"""Update one contact: read, plan anew, write, read back. What was not shown is never written."""

import time
from dataclasses import dataclass, replace

from reconcile.errors import ApiError, OutcomeUnknown, Stopped, WriteDeferred
from reconcile.model.contact import Contact
from reconcile.model.declaration import Declaration
from reconcile.model.plan import Change, Operation
from reconcile.model.result import Outcome, Result
from reconcile.plan.approval import unapproved
from reconcile.plan.fold import managed_part
from reconcile.plan.planner import replan_contact, unreadable
from reconcile.plan.verify import same_person

from .run_context import ReadBudget, RunContext, compare_with_target, failure_text, read_back, roles_held

MOST_LOST_ANSWERS = 3
"""How often a write is sent whose answer was lost and which, read back, has not taken effect."""


@dataclass(frozen=True, slots=True)
class LostWrite:
    """A write whose answer was lost, and the seconds from the reading before it until then."""

    change: Change
    gap: float


def update_contact(change: Change, run: RunContext) -> Result:
    """Write; a write whose answer was lost is judged by the next reading, and only then repeated."""
    sent: LostWrite | None = None
    looks, lost = ReadBudget(), 0
    while lost < MOST_LOST_ANSWERS:
        tried = _another_attempt(change, run, sent) if sent else _attempt(change, run, None)
        spent = looks.spent()
        if isinstance(tried, Result):
            return replace(tried, gap=max(tried.gap, sent.gap)) if sent else tried
        if isinstance(tried, LostWrite):
            sent, lost = replace(tried, gap=max(tried.gap, sent.gap if sent else 0.0)), lost + 1
        elif spent:
            return _given_up(change, sent, str(tried))
    return _given_up(change, sent, f"the answer to its write was lost {MOST_LOST_ANSWERS} times")


def _given_up(change: Change, sent: LostWrite | None, why: str) -> Result:
    if sent is None:
        return Result(change, Outcome.FAILED, why)
    return Result(change, Outcome.UNCONFIRMED, why, gap=sent.gap)


def _another_attempt(change: Change, run: RunContext, sent: LostWrite) -> Result | LostWrite | WriteDeferred:
    """After a write whose answer was lost: whatever keeps us from looking, it may have taken effect."""
    try:
        tried = _attempt(change, run, sent)
    except (ApiError, OSError) as error:
        told = f"the answer to its write was lost, and then: {failure_text(error, run)}"
        return Result(change, Outcome.UNCONFIRMED, told)
    if not isinstance(tried, Result) or tried.settled:
        return tried
    failed = tried.outcome is Outcome.FAILED
    told = f"the answer to its write was lost, and then: {tried.detail}" if failed else tried.detail
    return replace(tried, outcome=Outcome.UNCONFIRMED, detail=told)


def _attempt(change: Change, run: RunContext, sent: LostWrite | None) -> Result | LostWrite | WriteDeferred:
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


def _planned_anew(change: Change, run: RunContext, sent: LostWrite | None, live: Contact) -> Result | Change:
    """What is to be written by that reading; a result when that is nothing, or must not be."""
    declaration = run.declarations[change.source]
    unread = unreadable(declaration, live, run.context)
    if unread:
        told = f"what must be kept could not be read: {', '.join(unread)}"
        return Result(change, Outcome.STALE, told)
    fresh = replan_contact(declaration, live, run.context)
    if fresh is None:
        return _settled(change, sent, live, run)
    beyond = unapproved(fresh.operations, run.approved[change.key])
    if beyond:
        return _stale(change, beyond)
    stopped = run.stops(fresh)
    return fresh if stopped is None else Result(change, Outcome.NOT_TRIED, stopped)


def _written(
    change: Change, fresh: Change, run: RunContext, live: Contact, read_at: float
) -> Result | LostWrite | WriteDeferred:
    try:
        run.journal.intent(fresh, before_image(run.declarations[change.source], live))
        run.account.update(change.contact.id, fresh.payload)
    except OutcomeUnknown:
        return LostWrite(fresh, time.monotonic() - read_at)
    except WriteDeferred as error:
        return error
    except Stopped as error:
        return Result(change, Outcome.NOT_TRIED, str(error), held=roles_held(live, run))
    except (ApiError, OSError) as error:
        return Result(change, Outcome.FAILED, failure_text(error, run), held=roles_held(live, run))
    return read_back(change, fresh, change.contact.id, run, time.monotonic() - read_at)


def _settled(change: Change, sent: LostWrite | None, live: Contact, run: RunContext) -> Result:
    """Nothing is left to do: it never was, or a write whose answer was lost has taken effect."""
    if sent is None:
        return Result(change, Outcome.UNNECESSARY)
    return compare_with_target(change, sent.change, live, run)


def _stale(change: Change, beyond: tuple[Operation, ...]) -> Result:
    items = ", ".join(f"{operation.action} {operation.facet} {operation.item}" for operation in beyond)
    return Result(change, Outcome.STALE, f"it would now need what nobody approved: {items}; plan again")


def before_image(declaration: Declaration, live: Contact) -> Contact:
    """What is kept of a contact before its write: all it holds, and of its fields only the managed ones."""
    managed = managed_part(declaration, live.state)
    state = replace(live.state, profile=managed.profile, address=managed.address)
    return replace(live, state=state)
