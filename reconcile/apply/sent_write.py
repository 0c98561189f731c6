"""A write that was sent: noting what became of it, and comparing the contact with what it was to be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from reconcile.errors import ApiError, Forbidden, Unauthorized
from reconcile.evance.writer import WriteResult
from reconcile.model.contact import Contact
from reconcile.model.plans.change import Change
from reconcile.model.result import Outcome, Result, WriteEffect
from reconcile.plan.approval import unmet_target
from reconcile.plan.write_effect import UnaskedChanges, effect_of, unasked_changes

from .run_context import RunContext, failure_text, roles_held


@dataclass(frozen=True, slots=True)
class SentWrite:
    """One write that was sent.

    ``change`` is what it was to do, ``before`` the contact right before it (None: it was to be created),
    ``intent`` the number of its line in the journal, ``gap`` the seconds from that reading to its answer, or
    to its loss. ``supersedes`` are the lines of earlier writes whose answers were lost and that had not taken
    effect when ``before`` was read.
    """

    change: Change
    before: Contact | None
    intent: int
    gap: float = 0.0
    supersedes: tuple[int, ...] = ()

    def effect(self, live: Contact, run: RunContext) -> WriteEffect:
        """What a reading tells of it."""
        return effect_of(self.change.operations, live, run.context.now)

    def unasked(self, live: Contact, run: RunContext) -> UnaskedChanges:
        """What else is not as in the reading before it; a contact that it created has no before."""
        if self.before is None:
            return UnaskedChanges()
        operations, policy = self.change.operations, run.context.policy
        return unasked_changes(self.before, live, operations, policy, run.time(), target=self.change.target)


def note_effect(sent: SentWrite, effect: WriteEffect, run: RunContext, contact_id: str | None = None) -> None:
    """Write down whether a write took effect. A journal that can't be written any more stops the run.

    It is no failure of the contact: the write was made, and is still to be compared.
    """
    key, contact = sent.change.key, contact_id or sent.change.contact.id or None
    try:
        run.journal.effect(sent.intent, key, effect, contact)
        if effect is WriteEffect.TAKEN:
            for line in sent.supersedes:
                run.journal.effect(line, key, WriteEffect.NOT_TAKEN, contact)
    except OSError as error:
        failure_text(error, run)


def send(sent: SentWrite, run: RunContext, write: Callable[[], WriteResult]) -> WriteResult:
    """The result of a write; before Unauthorized and Forbidden are raised, its lack of effect is noted."""
    try:
        return write()
    except (Unauthorized, Forbidden):
        note_effect(sent, WriteEffect.NOT_TAKEN, run)
        raise


def read_back(asked: Change, sent: SentWrite, contact_id: str, run: RunContext) -> Result:
    """Read the contact back and compare it with what was written, and with what it was before."""
    try:
        after = run.account.contact(contact_id)
    except ApiError as error:
        detail = f"written, but it could not be read back: {failure_text(error, run)}"
        return Result(asked, Outcome.UNCONFIRMED, detail, gap=sent.gap, in_doubt=True)
    return compare(asked, sent, after, run)


def compare(asked: Change, sent: SentWrite, after: Contact, run: RunContext) -> Result:
    """Whether the account holds after a write what was written, and all else that it held before."""
    unasked = sent.unasked(after, run)
    reasons = tuple(_reasons(sent, after, unasked, run))
    outcome = Outcome.UNCONFIRMED if reasons else Outcome.APPLIED
    result = Result(asked, outcome, "; ".join(reasons), gap=sent.gap, held=roles_held(after, run))
    outcome = Outcome.LOST_ROLE if unasked.lost_role else outcome
    return replace(result, outcome=outcome, lost=unasked.lost, notes=unasked.notes)


def _reasons(sent: SentWrite, after: Contact, unasked: UnaskedChanges, run: RunContext) -> Iterator[str]:
    """Why the contact is not what it should be, in words; nothing when it is."""
    if unasked.lost:
        yield f"it lost {', '.join(map(str, unasked.lost))}, which nobody asked to take"
    told = {text for item in unasked.lost for text in (f"{item} is missing", f"{item} is not as written")}
    unmet = unmet_target(sent.change.target, after.state, run.context.now, run.context.policy.timezone)
    differences = [text for text in unmet if text not in told]
    if differences:
        yield f"the account holds something else than was written: {', '.join(differences)}"
    if unasked.faults:
        yield f"besides, since the reading before the write: {', '.join(unasked.faults)}"
