"""Update one contact: read, plan anew, write, read back. What was not shown is never written."""

import time
from dataclasses import dataclass, replace
from typing import assert_never

from reconcile.errors import ApiError, Forbidden, Unauthorized
from reconcile.evance.writer import WriteKind, WriteResult
from reconcile.model.contact import Contact
from reconcile.model.declaration import Declaration
from reconcile.model.plan import Change
from reconcile.model.result import Outcome, Result
from reconcile.plan.approval import same_person, unapproved
from reconcile.plan.contact_plan import plan_contact
from reconcile.plan.fold import managed_part

from .run_context import ReadBudget, RunContext, compare_with_target, failure_text, read_back, roles_held

MOST_LOST_ANSWERS = 3
"""Maximum number of sends of a write, then it is given up: each answer was lost, and none took effect."""


@dataclass(frozen=True, slots=True)
class LostWrite:
    """A write whose answer was lost, and the seconds from the reading before it until then."""

    change: Change
    gap: float


@dataclass(frozen=True, slots=True)
class DeferredWrite:
    """A write that the account did not take now, and why: the contact must be read again before the next."""

    detail: str


Attempt = Result | LostWrite | DeferredWrite
"""How one attempt at a contact ended: for good, or so that the contact must be read again."""


def update_contact(change: Change, run: RunContext) -> Result:
    """Write; a write whose answer was lost is judged by the next reading, and only then repeated."""
    lost: LostWrite | None = None
    budget, losses = ReadBudget(), 0
    while losses < MOST_LOST_ANSWERS:
        attempt = _settle_lost_write(change, run, lost) if lost else _attempt(change, run, None)
        spent = budget.spend()
        match attempt:
            case Result():
                return replace(attempt, gap=max(attempt.gap, lost.gap)) if lost else attempt
            case LostWrite():
                lost, losses = replace(attempt, gap=max(attempt.gap, lost.gap if lost else 0.0)), losses + 1
            case DeferredWrite(detail):
                if spent:
                    return _given_up(change, lost, detail)
            case _:
                assert_never(attempt)
    return _given_up(change, lost, f"the answer to its write was lost {MOST_LOST_ANSWERS} times")


def _given_up(change: Change, lost: LostWrite | None, detail: str) -> Result:
    outcome = Outcome.UNCONFIRMED if lost else Outcome.FAILED
    return Result(change, outcome, detail, gap=lost.gap if lost else 0.0)


def _settle_lost_write(change: Change, run: RunContext, lost: LostWrite) -> Attempt:
    """Look at a contact whose write may have been applied: no result may say "not written" then."""
    try:
        attempt = _attempt(change, run, lost)
    except (ApiError, OSError) as error:
        detail = f"the answer to its write was lost, and then: {failure_text(error, run)}"
        return Result(change, Outcome.UNCONFIRMED, detail)
    match attempt:
        case Result(settled=False, outcome=Outcome.FAILED, detail=detail):
            detail = f"the answer to its write was lost, and then: {detail}"
            return replace(attempt, outcome=Outcome.UNCONFIRMED, detail=detail)
        case Result(settled=False):
            return replace(attempt, outcome=Outcome.UNCONFIRMED)
        case _:
            return attempt


def _attempt(change: Change, run: RunContext, lost: LostWrite | None) -> Attempt:
    """Read, plan anew, write, read back."""
    live = run.account.contact_to_update(change.contact.id)
    read_at = time.monotonic()
    given = lost.change.operations if lost else ()
    if not same_person(live.identity, change.contact, given):
        return Result(change, Outcome.STALE, "it now has another type, e-mail or reference; plan again")
    match _plan_anew(change, run, lost, live):
        case Result() as result:
            return replace(result, held=roles_held(live, run))
        case Change() as fresh:
            return _write(change, fresh, run, live, read_at)


def _plan_anew(change: Change, run: RunContext, lost: LostWrite | None, live: Contact) -> Result | Change:
    """What is to be written after that reading; a result when nothing is, or nothing may be."""
    contact = plan_contact(change.declaration, live, run.context)
    if contact.set_aside_reason:
        return Result(change, Outcome.STALE, contact.set_aside_reason)
    fresh = contact.change()
    if fresh is None:  # it never was necessary, or a write whose answer was lost has taken effect
        return (
            compare_with_target(change, lost.change, live, run)
            if lost
            else Result(change, Outcome.UNNECESSARY)
        )
    beyond = unapproved(fresh.operations, run.approved[change.key])
    if beyond:
        items = ", ".join(f"{operation.action} {operation.facet} {operation.item}" for operation in beyond)
        return Result(change, Outcome.STALE, f"it would now need what nobody approved: {items}; plan again")
    stopped = run.stops_write(fresh)
    return fresh if stopped is None else Result(change, Outcome.NOT_TRIED, stopped)


def _write(change: Change, fresh: Change, run: RunContext, live: Contact, read_at: float) -> Attempt:
    """Note the intent, write, read back."""
    held = roles_held(live, run)
    try:
        run.journal.intent(fresh, before_image(change.declaration, live))
        write = run.account.update(change.contact.id, fresh.payload)
    except (Unauthorized, Forbidden, OSError) as error:
        return Result(change, Outcome.FAILED, failure_text(error, run), held=held)
    gap = time.monotonic() - read_at
    match write.kind:
        case WriteKind.WRITTEN:
            return read_back(change, fresh, change.contact.id, run, gap)
        case WriteKind.UNKNOWN:
            return LostWrite(fresh, gap)
        case WriteKind.DEFERRED | WriteKind.NOT_SENT | WriteKind.REJECTED:
            return not_written(change, write, held)
        case _:
            assert_never(write.kind)


def not_written(
    change: Change, write: WriteResult, held: frozenset[str] | None = None
) -> Result | DeferredWrite:
    """How an attempt ends whose write has surely not taken effect."""
    if write.kind is WriteKind.DEFERRED:
        return DeferredWrite(write.detail)
    outcome = Outcome.NOT_TRIED if write.kind is WriteKind.NOT_SENT else Outcome.FAILED
    return Result(change, outcome, write.detail, held=held)


def before_image(declaration: Declaration, live: Contact) -> Contact:
    """What is kept of a contact before its write: all it holds, and of its fields only the managed ones."""
    managed = managed_part(declaration, live.state)
    state = replace(live.state, profile=managed.profile, address=managed.address)
    return replace(live, state=state)
