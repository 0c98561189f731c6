"""Create one contact: look whether it exists already, write, read back."""

import time
from dataclasses import replace
from typing import assert_never

from reconcile.errors import ApiError
from reconcile.evance.writer import WriteKind, WriteResult
from reconcile.model.plan import Change
from reconcile.model.result import Outcome, Result
from reconcile.plan.matching import Matches, match_declarations
from reconcile.wire.contacts_v1 import email_in

from .run_context import ReadBudget, RunContext, failure_text, read_back
from .update import DeferredWrite, not_written


def create_contact(change: Change, run: RunContext) -> Result:
    """Look, write, read back; after a wait look again. If the answer was lost, look for the new contact."""
    budget = ReadBudget()
    while True:
        match _attempt(change, run):
            case Result() as result:
                return result
            case DeferredWrite(detail):
                if budget.spend():
                    return Result(change, Outcome.FAILED, detail)


def _attempt(change: Change, run: RunContext) -> Result | DeferredWrite:
    """Deferred when the account did not take it now: after the wait somebody else may have created it."""
    existing = _existing_in_words(change, run)
    looked_at = time.monotonic()
    if existing is not None:
        return Result(change, Outcome.STALE, f"it exists meanwhile: {existing}; plan again")
    stopped = run.stops_write(change)
    if stopped is not None:
        return Result(change, Outcome.NOT_TRIED, stopped)
    run.journal.intent(change, None)
    write = run.account.create(change.payload)
    return _judge(change, run, write, time.monotonic() - looked_at)


def _judge(change: Change, run: RunContext, write: WriteResult, gap: float) -> Result | DeferredWrite:
    match write.kind:
        case WriteKind.WRITTEN:
            result = read_back(change, change, write.contact_id, run, gap)
            return replace(result, created=write.contact_id)
        case WriteKind.UNKNOWN:
            return _look_for_lost_creation(change, run, write.detail, gap)
        case WriteKind.DEFERRED | WriteKind.NOT_SENT | WriteKind.REJECTED:
            return not_written(change, write)
        case _:
            assert_never(write.kind)


def _look_for_lost_creation(change: Change, run: RunContext, lost: str, gap: float) -> Result:
    """After a creation whose answer was lost: the new contact is there now, or it has not taken effect yet.

    It is not sent again, since the first one may still be on its way.
    """
    unknown = Result(change, Outcome.UNCONFIRMED, f"{lost}; plan again to see whether it exists", gap=gap)
    try:
        matches = _match_now(change, run)
    except ApiError as error:
        return replace(unknown, detail=f"{lost}; {failure_text(error, run)}")
    if not matches.matched:
        return unknown
    contact_id = matches.matched[0][1].id
    return replace(read_back(change, change, contact_id, run, gap), created=contact_id)


def _existing_in_words(change: Change, run: RunContext) -> str | None:
    """The contacts that the new one would repeat, in words; None as long as there is none."""
    matches = _match_now(change, run)
    if matches.to_create:
        return None
    contacts = [f"contact {identity.id}" for _, identity in matches.matched]
    return ", ".join(contacts or [str(matches.problems[0].message)])


def _match_now(change: Change, run: RunContext) -> Matches:
    """The contact that the declaration would mean now, by the rules of a plan."""
    emails = {change.contact.email, email_in(change.payload)}
    return match_declarations([change.declaration], run.account.namesakes(emails, change.contact.reference))
