"""Create one contact: look whether it exists already, write, read back."""

import time
from dataclasses import replace
from typing import assert_never

from reconcile.errors import ApiError
from reconcile.evance.writer import WriteKind, WriteResult
from reconcile.model.contact import Identity
from reconcile.model.plans.change import Change
from reconcile.model.result import Outcome, Result, WriteEffect
from reconcile.plan.matching.matches import Matches, match_declarations
from reconcile.wire.contacts_v1 import email_in

from .run_context import ReadBudget, RunContext, failure_text
from .sent_write import SentWrite, note_effect, read_back, send
from .update import UnsettledWrite, told_effect


def create_contact(change: Change, run: RunContext) -> Result:
    """Look, write, read back; after a wait look again. If the answer was lost, look for the new contact."""
    budget = ReadBudget()
    sent: SentWrite | None = None
    while True:
        attempt = _attempt(change, run, sent)
        if isinstance(attempt, Result):
            return attempt
        sent = attempt.sent
        if budget.spend():
            return _given_up(change, run, sent, attempt.detail)


def _given_up(change: Change, run: RunContext, sent: SentWrite | None, detail: str) -> Result:
    """After the last try: it may have taken effect all the same."""
    return _refused(change, run, sent, detail) if sent else Result(change, Outcome.FAILED, detail)


def _attempt(change: Change, run: RunContext, refused: SentWrite | None) -> Result | UnsettledWrite:
    """``refused`` is the creation before that the account said it had not taken.

    After a wait somebody else may have created the contact.
    """
    matches = _match_now(change, run)
    looked_at = time.monotonic()
    if not matches.to_create:
        return _existing(change, run, matches, refused)
    if refused is not None:
        note_effect(refused, WriteEffect.NOT_TAKEN, run)
    stopped = run.stops_write(change)
    if stopped is not None:
        return Result(change, Outcome.NOT_TRIED, stopped)
    sent = SentWrite(change, None, run.journal.intent(change, None))
    write = send(sent, run, lambda: run.account.create(change.payload))
    return _judge(change, run, replace(sent, gap=time.monotonic() - looked_at), write)


def _judge(change: Change, run: RunContext, sent: SentWrite, write: WriteResult) -> Result | UnsettledWrite:
    note_effect(sent, told_effect(write), run, write.contact_id)
    match write.kind:
        case WriteKind.WRITTEN:
            result = read_back(change, sent, write.contact_id, run)
            return replace(result, created=write.contact_id)
        case WriteKind.UNKNOWN:
            return _look_for_lost_creation(change, run, sent, write.detail)
        case WriteKind.DEFERRED:
            return UnsettledWrite(write.detail, sent if write.sent else None)
        case WriteKind.REJECTED if write.sent:
            return _refused(change, run, sent, write.detail)
        case WriteKind.NOT_SENT | WriteKind.REJECTED:
            outcome = Outcome.NOT_TRIED if write.kind is WriteKind.NOT_SENT else Outcome.FAILED
            return Result(change, outcome, write.detail)
        case _:
            assert_never(write.kind)


def _look_for_lost_creation(change: Change, run: RunContext, sent: SentWrite, lost: str) -> Result:
    """After a creation whose answer was lost: the new contact is there now, or it has not taken effect yet.

    It is not sent again, since the first one may still be on its way.
    """
    unknown = Result(change, Outcome.UNCONFIRMED, gap=sent.gap)
    try:
        matches = _match_now(change, run)
    except ApiError as error:
        return replace(unknown, detail=f"{lost}; {failure_text(error, run)}")
    if matches.to_create:
        return replace(unknown, detail=f"{lost}; plan again to see whether it exists")
    return _existing(change, run, matches, sent, lost)


def _refused(change: Change, run: RunContext, sent: SentWrite, refusal: str) -> Result:
    """After a creation that was refused for good: one look shows whether the refusal is true."""
    failed = Result(change, Outcome.FAILED, refusal)
    try:
        matches = _match_now(change, run)
    except ApiError:
        return failed
    if not matches.to_create:
        return _existing(change, run, matches, sent, refusal)
    note_effect(sent, WriteEffect.NOT_TAKEN, run)
    return failed


def _existing(
    change: Change, run: RunContext, matches: Matches, sent: SentWrite | None, answer: str = ""
) -> Result:
    """There is a contact like the one to be created: it may be what an earlier creation made.

    The proof is a declared reference that no contact had right before and that this one has. Without proof
    it may be somebody else's: nothing claims it, compares it, or ever takes back what it holds.
    """
    contacts = [identity for _, identity in matches.matched]
    if sent is not None and contacts and _is_proven(change, contacts[0]):
        note_effect(sent, WriteEffect.TAKEN, run, contacts[0].id)
        return replace(read_back(change, sent, contacts[0].id, run), created=contacts[0].id)
    if sent is None:
        return Result(change, Outcome.STALE, f"it exists meanwhile: {_named(matches)}; plan again")
    detail = "; ".join([*([answer] if answer else []), _unproven(matches)])
    return Result(change, Outcome.UNCONFIRMED, detail, gap=sent.gap)


def _named(matches: Matches) -> str:
    contacts = [f"contact {identity.id}" for _, identity in matches.matched]
    return ", ".join(contacts or [doubt.reason for doubt in matches.doubtful])


def _unproven(matches: Matches) -> str:
    reason = "nothing proves that this run created it: look at it"
    if not matches.matched:
        return f"{_named(matches)}; {reason}"
    contact_id = matches.matched[0][1].id
    pin = f"pin it with `id: {contact_id}` if it is meant"
    return f"contact {contact_id} has that address or reference now, and {reason}, and {pin}"


def _is_proven(change: Change, contact: Identity) -> bool:
    reference = change.declaration.reference
    return reference is not None and contact.reference == reference


def _match_now(change: Change, run: RunContext) -> Matches:
    """The contact that the declaration would mean now, by the rules of a plan."""
    emails = {change.contact.email, email_in(change.payload)}
    return match_declarations([change.declaration], run.account.namesakes(emails, change.contact.reference))
