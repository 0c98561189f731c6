"""Create one contact: look whether it exists meanwhile, write, read back."""

import time
from dataclasses import replace

from reconcile.errors import ApiError, OutcomeUnknown, WriteDeferred
from reconcile.model.plan import Change
from reconcile.model.result import Outcome, Result
from reconcile.plan.matching import Matches, match_declarations
from reconcile.wire.contacts_v1 import email_in

from .run_context import ReadBudget, RunContext, failure_text, read_back


def create_contact(change: Change, run: RunContext) -> Result:
    """Look, write, read back; after a wait look again. When the answer was lost, look whom it made."""
    looks = ReadBudget()
    while isinstance(tried := _attempt(change, run), WriteDeferred):
        if looks.spent():
            return Result(change, Outcome.FAILED, str(tried))
    return tried


def _attempt(change: Change, run: RunContext) -> Result | WriteDeferred:
    """Postponed when the account did not take it now: after the wait somebody else may have created it."""
    existing = _existing(change, run)
    looked_at = time.monotonic()
    if existing is not None:
        return Result(change, Outcome.STALE, f"it exists meanwhile: {existing}; plan again")
    stopped = run.stops(change)
    if stopped is not None:
        return Result(change, Outcome.NOT_TRIED, stopped)
    run.journal.intent(change, None)
    try:
        contact_id = run.account.create(change.payload)
    except OutcomeUnknown as error:
        return _looked_for(change, run, error, time.monotonic() - looked_at)
    except WriteDeferred as error:
        return error
    gap = time.monotonic() - looked_at
    return replace(read_back(change, change, contact_id, run, gap), created=contact_id)


def _looked_for(change: Change, run: RunContext, lost: OutcomeUnknown, gap: float) -> Result:
    """After a creation whose answer was lost: whom it made is there now, or it has not taken effect yet.

    It is not sent again, since the first one may still be on its way.
    """
    unknown = Result(change, Outcome.UNCONFIRMED, f"{lost}; plan again to see whether it exists", gap=gap)
    try:
        found = _match_now(change, run)
    except ApiError as error:
        return replace(unknown, detail=f"{lost}; {failure_text(error, run)}")
    if not found.matched:
        return unknown
    contact_id = found.matched[0][1].id
    return replace(read_back(change, change, contact_id, run, gap), created=contact_id)


def _existing(change: Change, run: RunContext) -> str | None:
    """Who the contact to be created already is; None as long as there is nobody."""
    found = _match_now(change, run)
    if found.to_create:
        return None
    return ", ".join([f"contact {who.id}" for _, who in found.matched] or [str(found.problems[0].message)])


def _match_now(change: Change, run: RunContext) -> Matches:
    """Whom the declaration would mean now, by the rules of a plan."""
    declaration = run.declarations[change.source]
    emails = {change.contact.email, email_in(change.payload)}
    return match_declarations([declaration], run.account.namesakes(emails, change.contact.reference))
