"""Update one contact: read, plan anew, write, read back. What was not shown is never written."""

import time
from dataclasses import dataclass, replace
from typing import assert_never

from reconcile.errors import ApiError, Stopped
from reconcile.evance.writer import WriteKind, WriteResult
from reconcile.model.contact import Contact
from reconcile.model.plans.change import Change
from reconcile.model.result import Outcome, Result, WriteEffect
from reconcile.plan.approval import same_person, unapproved
from reconcile.plan.contact_plan import ContactPlan, plan_contact
from reconcile.plan.guards.checks import loss_horizon
from reconcile.plan.guards.people import guarded_roles

from .run_context import ReadBudget, RunContext, failure_text, roles_held
from .sent_write import SentWrite, compare, note_effect, read_back, send

MOST_LOST_ANSWERS = 3
"""Maximum number of sends of a write, then it is given up: each answer was lost, and none took effect."""


@dataclass(frozen=True, slots=True)
class UnsettledWrite:
    """A write after which the contact must be read again, and why.

    ``sent`` is to be judged by that reading; None: the write surely did not reach the account.
    ``answer_lost``: it may yet take effect; else its answer said that it was not taken.
    """

    detail: str
    sent: SentWrite | None = None
    answer_lost: bool = False


Attempt = Result | UnsettledWrite
"""How one attempt at a contact ended: for good, or so that the contact must be read again."""


def update_contact(change: Change, run: RunContext) -> Result:
    """Write; a write that may have taken effect is judged by the next reading, and only then repeated."""
    return ContactUpdate(change, run).carry_out()


@dataclass(slots=True)
class ContactUpdate:
    """The update of one contact, attempt by attempt.

    ``doubt`` is the last write that a reading has yet to judge. ``uncertain``: a reading could not tell
    whether an earlier write has taken effect.
    """

    change: Change
    run: RunContext
    doubt: UnsettledWrite | None = None
    uncertain: bool = False
    lost_answers: int = 0
    gap: float = 0.0

    def carry_out(self) -> Result:
        """Attempt by attempt, until one ends for good."""
        budget = ReadBudget()
        while True:
            attempt = self._attempt_in_doubt() if self.doubt else self._attempt()
            if isinstance(attempt, Result):
                return replace(attempt, gap=max(attempt.gap, self.gap))
            self._remember(attempt)
            if budget.spend() or self.lost_answers == MOST_LOST_ANSWERS:
                return self._last_look(attempt.detail)

    def _remember(self, attempt: UnsettledWrite) -> None:
        if attempt.sent is not None:
            self.doubt = attempt
        if attempt.answer_lost and attempt.sent is not None:
            self.lost_answers, self.gap = self.lost_answers + 1, max(self.gap, attempt.sent.gap)

    def _forget(self) -> None:
        """A write has surely taken effect, and replaced what an earlier one may have done."""
        self.doubt, self.uncertain = None, False

    def _last_look(self, detail: str) -> Result:
        """Give up; the write before may have taken effect all the same."""
        if self.lost_answers == MOST_LOST_ANSWERS:
            detail = f"none of {MOST_LOST_ANSWERS} writes has taken effect yet"
        given_up = Result(self.change, Outcome.FAILED, detail)
        try:
            live = self.run.account.contact(self.change.contact.id) if self.doubt else None
        except ApiError as error:
            failure_text(error, self.run)
            return self._honest(given_up)
        settled = self._settle(live) if live else None
        return replace(settled or self._honest(given_up), gap=self.gap)

    def _attempt_in_doubt(self) -> Attempt:
        """Attempt it after a write that may have taken effect: no result may say "not written" of that."""
        try:
            attempt = self._attempt()
        except Stopped as error:
            return self._honest(Result(self.change, Outcome.NOT_TRIED, str(error)))
        except (ApiError, OSError) as error:
            return self._honest(Result(self.change, Outcome.FAILED, failure_text(error, self.run)))
        return self._honest(attempt) if isinstance(attempt, Result) else attempt

    def _honest(self, result: Result) -> Result:
        """The result; not confirmed instead of not written where a write may have taken effect.

        A write that the account refused counts as not written, but the next run looks, too.
        """
        if self.doubt is None or result.settled or result.outcome is Outcome.LOST_ROLE:
            return result
        result = replace(result, in_doubt=True)
        if not (self.doubt.answer_lost or self.uncertain):
            return result
        detail = result.detail
        if result.outcome is Outcome.FAILED:
            known = (
                "the answer to its write was lost"
                if self.doubt.answer_lost
                else "its write may have taken effect"
            )
            detail = f"{known}, and then: {detail}"
        return replace(result, outcome=Outcome.UNCONFIRMED, detail=detail)

    def _attempt(self) -> Attempt:
        """Read, judge the write before, plan anew, write, read back."""
        live = self.run.account.contact_to_update(self.change.contact.id)
        read_at = time.monotonic()
        settled = self._settle(live)
        if settled is not None:
            return settled
        given = self.doubt.sent.change.operations if self.doubt and self.doubt.sent else ()
        if not same_person(live.identity, self.change.contact, given):
            detail = "it now has another type, e-mail or reference; plan again"
            return Result(self.change, Outcome.STALE, detail)
        match self._plan_anew(live):
            case Result() as result:
                return replace(result, held=roles_held(live, self.run))
            case Change() as fresh:
                return self._write(fresh, live, read_at)

    def _settle(self, live: Contact) -> Result | None:
        """Judge the write before by this reading; a result when that settles the contact."""
        sent = self.doubt.sent if self.doubt else None
        if self.doubt is None or sent is None:
            return None
        effect = sent.effect(live, self.run)
        if effect is WriteEffect.TAKEN:
            note_effect(sent, effect, self.run)
            self._forget()
            return compare(self.change, sent, live, self.run)
        if effect is WriteEffect.UNKNOWN:
            self.uncertain = True
        # A server that failed may have dropped the old roles and not written the new ones.
        if (self.uncertain or self.doubt.answer_lost) and sent.unasked(live, self.run).lost_role:
            return compare(self.change, sent, live, self.run)
        if effect is WriteEffect.NOT_TAKEN and not self.doubt.answer_lost:
            note_effect(sent, effect, self.run)
            self.doubt = None
        return None

    def _plan_anew(self, live: Contact) -> Result | Change:
        """What is to be written after that reading; a result when nothing is, or nothing may be."""
        change, run = self.change, self.run
        contact = plan_contact(change.declaration, live, run.context)
        if contact.set_aside_reason:
            return Result(change, Outcome.STALE, contact.set_aside_reason)
        fresh = contact.change()
        if fresh is None:
            sent = self.doubt.sent if self.doubt else None
            return compare(change, sent, live, run) if sent else Result(change, Outcome.UNNECESSARY)
        unseen = self._unapproved(fresh) or self._uncounted_by_guards(contact)
        if unseen:
            return Result(change, Outcome.STALE, unseen)
        stopped = run.stops_write(fresh)
        return fresh if stopped is None else Result(change, Outcome.NOT_TRIED, stopped)

    def _unapproved(self, fresh: Change) -> str:
        """What the change would now do beyond what was approved, or nothing."""
        beyond = unapproved(fresh.operations, self.run.approved[self.change.key])
        items = ", ".join(f"{operation.action} {operation.facet} {operation.item}" for operation in beyond)
        return f"it would now need what nobody approved: {items}; plan again" if items else ""

    def _uncounted_by_guards(self, contact: ContactPlan) -> str:
        """What has become of the contact since the guards looked, in a long run an hour ago, or nothing."""
        policy, now = self.run.context.policy, self.run.context.now
        held = guarded_roles(contact, policy) if contact.handovers else ""
        if held:
            fields = " and ".join(step.item for step in contact.handovers)
            return f"its {fields} stays, since it now holds {held}"
        losing = contact.loses_last_role(loss_horizon(policy, now))
        if losing and contact.label not in self.run.losing_last_role:
            return "it would now lose its last role, which the guard last-role did not count; plan again"
        return ""

    def _write(self, fresh: Change, live: Contact, read_at: float) -> Attempt:
        """Note the intent with the whole contact, write, note the effect, read back."""
        run = self.run
        try:
            intent = run.journal.intent(fresh, live)
        except OSError as error:
            held = roles_held(live, run)
            return Result(self.change, Outcome.FAILED, failure_text(error, run), held=held)
        sent = SentWrite(fresh, live, intent, supersedes=self._superseded())
        try:
            write = send(sent, run, lambda: run.account.update(self.change.contact.id, fresh.payload))
        except ApiError as error:
            held = roles_held(live, run)
            return Result(self.change, Outcome.FAILED, failure_text(error, run), held=held)
        return self._judge(replace(sent, gap=time.monotonic() - read_at), write, live)

    def _superseded(self) -> tuple[int, ...]:
        """The lines of lost writes that had not taken effect at the last reading."""
        sent = self.doubt.sent if self.doubt and not self.uncertain else None
        return (sent.intent, *sent.supersedes) if sent else ()

    def _judge(self, sent: SentWrite, write: WriteResult, live: Contact) -> Attempt:
        run = self.run
        note_effect(sent, told_effect(write), run)
        match write.kind:
            case WriteKind.WRITTEN:
                self._forget()
                return read_back(self.change, sent, self.change.contact.id, run)
            case WriteKind.UNKNOWN:
                return UnsettledWrite(write.detail, sent, answer_lost=True)
            case WriteKind.DEFERRED:
                return UnsettledWrite(write.detail, sent if write.sent else None)
            case WriteKind.NOT_SENT | WriteKind.REJECTED:
                return self._not_written(sent, write, live)
            case _:
                assert_never(write.kind)

    def _not_written(self, sent: SentWrite, write: WriteResult, live: Contact) -> Result:
        """How an attempt ends that was refused for good; one look shows whether the refusal is true."""
        if write.sent:
            try:
                live = self.run.account.contact(self.change.contact.id)
            except ApiError:
                return self._failed(sent, write, None)
            taken = sent.effect(live, self.run) is WriteEffect.TAKEN
            if taken:
                note_effect(sent, WriteEffect.TAKEN, self.run)
            if taken or sent.unasked(live, self.run).lost_role:
                return compare(self.change, sent, live, self.run)
        return self._failed(sent, write, live)

    def _failed(self, sent: SentWrite, write: WriteResult, live: Contact | None) -> Result:
        if write.sent:
            note_effect(sent, WriteEffect.NOT_TAKEN, self.run)
        outcome = Outcome.NOT_TRIED if write.kind is WriteKind.NOT_SENT else Outcome.FAILED
        held = roles_held(live, self.run) if live else None
        return Result(self.change, outcome, write.detail, held=held)


def told_effect(write: WriteResult) -> WriteEffect:
    """What an answer alone tells: one that says "not taken" may have come after the effect."""
    if write.kind is WriteKind.WRITTEN:
        return WriteEffect.TAKEN
    return WriteEffect.UNKNOWN if write.sent else WriteEffect.NOT_TAKEN
