"""Create one contact: look whether it exists meanwhile, write, read back."""

import time
from dataclasses import replace

from reconcile.errors import OutcomeUnknown, Postponed
from reconcile.model import Change
from reconcile.plan import resolve

from .course import Looks, Run, confirmed
from .outcome import Outcome, Result


def create(change: Change, run: Run) -> Result:
    """Look, write, read back; after a wait look again. A creation whose answer was lost is not repeated."""
    looks = Looks()
    while isinstance(tried := _attempt(change, run), Postponed):
        if looks.spent():
            return Result(change, Outcome.FAILED, str(tried))
    return tried


def _attempt(change: Change, run: Run) -> Result | Postponed:
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
        told = f"{error}; plan again to see whether it exists"
        return Result(change, Outcome.UNCONFIRMED, told, gap=time.monotonic() - looked_at)
    except Postponed as error:
        return error
    gap = time.monotonic() - looked_at
    return replace(confirmed(change, change, contact_id, run, gap), created=contact_id)


def _existing(change: Change, run: Run) -> str | None:
    """Whom the declaration would mean now, by the rules of a plan; None as long as there is nobody."""
    declaration = run.declarations[change.source]
    emails = {change.contact.email, str(change.payload["contact"].get("email") or "")}
    found = resolve([declaration], run.account.namesakes(emails, change.contact.reference))
    if found.to_create:
        return None
    return ", ".join([f"contact {who.id}" for _, who in found.matched] or [str(found.problems[0].message)])
