"""The sentences about a plan that all formats share. Each takes a dialect: no hostile string stands bare."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconcile.clock import zoned_text
from reconcile.model.facets import FACETS, SETS
from reconcile.model.guards import Verdict, guard_named
from reconcile.model.plans.change import Change, ChangeAction
from reconcile.model.plans.operation import Operation
from reconcile.model.plans.plan import Plan, override_text
from reconcile.model.plans.summary import summarise
from reconcile.render.escape import MASK, Dialect
from reconcile.text import count, listed, verb_form

from .allowances import allowance_sentences
from .baseline_text import Warned, scope_sentence, undeclared_contacts, undeclared_warnings
from .names import BELOW, IN_JSON, contact_name, names, set_aside_name, short_name
from .operation_text import OperationText
from .schedule_text import privileged_schedules, scheduled_counts, schedules_past_approval


def refusal_text(verdict: Verdict, dialect: Dialect, *, pipeline: bool = False) -> str:
    """What a guard refuses, and how to accept it."""
    subjects = f" ({names(verdict.subjects, dialect, IN_JSON)})" if verdict.subjects else ""
    refusal = f"guard {dialect.name(verdict.guard)} refuses: {dialect.prose(verdict.message)}{subjects}"
    allow = dialect.prose(override_text(verdict, pipeline=pipeline))
    return f"{refusal}. To accept just this: {allow}" if verdict.liftable else refusal


@dataclass(frozen=True, slots=True)
class PlanSentences:
    """The sentences about one plan, in one dialect."""

    plan: Plan
    dialect: Dialect

    @property
    def operation_text(self) -> OperationText:
        """The wording of single items."""
        return OperationText(self.plan.timezone, self.dialect, reverting=self.plan.revert is not None)

    def dated_headline(self) -> str:
        """What the plan would do, where, and as of when."""
        return f"{self.headline()}, as of {zoned_text(self.plan.as_of, self.plan.timezone)}"

    def headline(self) -> str:
        """What the plan would do, and where."""
        where = self.dialect.name(self.plan.account)
        undo = f" to undo run {self.dialect.name(self.plan.revert)}" if self.plan.revert else ""
        if not self.plan.empty:
            return f"reconcile will {_what_will_be_done(self.plan)} at {where}{undo}{self.others()}"
        later = any(row.coming for row in self.plan.scheduled)
        blind = any(guard_named(verdict.guard).unseen for verdict in self.plan.refused)
        nothing = "Nothing can be planned" if blind else f"No changes{' now' if later else ''}"
        return f"{nothing}. {self.as_declared()}"

    def scope(self) -> str:
        """What the plan is cut down to; empty for a plan of everything."""
        return scope_sentence(self.plan.scope, self.dialect)

    def as_declared(self) -> str:
        """How many contacts are as declared, where, and how many are set aside."""
        are, where = verb_form(self.plan.unchanged, "is", "are"), self.dialect.name(self.plan.account)
        if self.plan.scope and not (self.plan.unchanged or self.plan.set_aside):
            return f"Nobody at {where} had to be looked at{self.others()}"
        return f"{count(self.plan.unchanged, 'contact')} at {where} {are} as declared{self.others()}"

    def others(self) -> str:
        """What else there is to look at, as the end of a sentence: who is set aside, what is scheduled."""
        return "".join(f"; {part}" for part in self._others())

    def _others(self) -> Iterator[str]:
        if number := len(self.plan.set_aside):
            yield f"{count(number, 'contact')} {verb_form(number, 'is', 'are')} set aside"
        yield from scheduled_counts(self.plan, self.dialect)
        if number := undeclared_contacts(self.plan):
            yield f"{count(number, 'contact')} {verb_form(number, 'is', 'are')} no longer declared"

    def full_name(self, change: Change) -> str:
        """The contact's name with its id and reference in the account."""
        return contact_name(change.contact, change.label, self.dialect)

    def short_name(self, change: Change) -> str:
        """The contact's name in a sentence; with its id where a masked name could be anybody's."""
        return short_name(change.contact, self.dialect)

    def warnings(self) -> Iterator[str]:
        """What a reviewer must see first, each warning in one piece."""
        return (warned.sentence for warned in self.warned())

    def warned(self) -> Iterator[Warned]:
        """Lifted guards, mailboxes, access lost, kept or scheduled, approvals, guards; with what to do."""
        yield from map(Warned, allowance_sentences(self.plan, self.dialect))
        yield from map(Warned, self._handed_over())
        yield from map(Warned, self._losing_access())
        yield from map(Warned, self._cut_short())
        yield from map(Warned, self._activated())
        yield from map(Warned, privileged_schedules(self.plan, self.dialect))
        yield from undeclared_warnings(self.plan, self.dialect)
        yield from map(Warned, self._revocations_set_aside())
        yield from (
            Warned(refusal_text(verdict, self.dialect, pipeline=self.plan.pipeline))
            for verdict in self.plan.refused
        )

    def _handed_over(self) -> Iterator[str]:
        handed = [
            f"{self.short_name(change)}: {self._fields(change.handovers)}"
            for change in self.plan.changes
            if change.handovers
        ]
        if handed:
            verb = verb_form(len(handed), "gets", "get")
            event = f"{verb} another e-mail address or username, which hands the roles to whoever has it"
            yield f"{count(len(handed), 'contact')} {event}: {listed(handed, '; ', BELOW)}"

    def _fields(self, operations: Iterable[Operation]) -> str:
        return ", ".join(f"{step.item} {self.operation_text.operation(step)}" for step in operations)

    def _losing_access(self) -> Iterator[str]:
        losing = [
            f"{self.short_name(change)}: {names(roles, self.dialect, BELOW)}"
            for change in self.plan.changes
            if (roles := [operation.item for operation in change.operations if operation.revokes])
        ]
        if losing:
            verb = verb_form(len(losing), "loses", "lose")
            yield f"{count(len(losing), 'contact')} {verb} access: {listed(losing, '; ', BELOW)}"

    def _cut_short(self) -> Iterator[str]:
        cut = [
            f"{self.short_name(change)}: {', '.join(map(self.operation_text.only_until, roles))}"
            for change in self.plan.changes
            if (roles := [operation for operation in change.operations if operation.shortens])
        ]
        if cut:
            event = f"{verb_form(len(cut), 'keeps', 'keep')} a role for less time than before"
            yield f"{count(len(cut), 'contact')} {event}: {listed(cut, '; ', BELOW)}"

    def _activated(self) -> Iterator[str]:
        roles = [
            f"{self.dialect.name(operation.item)} of {self.short_name(change)}"
            for change in self.plan.changes
            for operation in change.operations
            if operation.bypasses_approval
        ]
        if roles:
            verb = verb_form(len(roles), "is", "are")
            yield f"{count(len(roles), 'role')} {verb} activated past approval: {listed(roles, rest=BELOW)}"
        yield from schedules_past_approval(self.plan, self.dialect)

    def _revocations_set_aside(self) -> Iterator[str]:
        still = [
            f"{set_aside_name(entry, self.dialect)}: {names(entry.revocations, self.dialect, BELOW)}"
            for entry in self.plan.set_aside
            if entry.revocations
        ]
        if still:
            verb = verb_form(len(still), "is set aside and keeps", "are set aside and keep")
            yield f"{count(len(still), 'contact')} {verb} roles to be revoked: {listed(still, '; ', BELOW)}"

    def totals(self) -> str:
        """The counts as one line: contacts, then roles, tags and fields where there are any."""
        (_, contacts), *others = self.counts()
        number, _, kind = contacts[0].partition(" ")
        noun = "contact" if number == "1" else "contacts"
        first = ", ".join([f"{number} {noun} {kind}", *contacts[1:]])
        return " · ".join([first, *(f"{group}: {', '.join(kinds)}" for group, kinds in others)])

    def counts(self) -> list[tuple[str, list[str]]]:
        """How much the plan would change, by group: ``roles`` with ``1 granted`` and ``2 revoked``."""
        summary = summarise(self.plan)
        contacts = {
            "to create": summary.contacts_created,
            "to update": summary.contacts_updated,
            "unchanged": summary.contacts_unchanged,
            "set aside": summary.contacts_set_aside,
            "no longer declared": summary.contacts_undeclared,
        }
        sets = {
            facet.value: {
                word: getattr(summary, f"{facet}_{word}", 0)
                for word in (FACETS[facet].added, FACETS[facet].removed, "changed")
            }
            for facet in SETS
        }
        later = {
            "scheduled": summary.scheduled,
            "taken back": summary.taken_back,
            "withheld": summary.withheld,
        }
        groups = {**sets, "fields": {"changed": summary.fields_changed}, "later": later}
        others = [(name, kinds) for name, numbers in groups.items() if (kinds := _nonzero(numbers))]
        return [("contacts", _nonzero(contacts) or ["0 unchanged"]), *others]

    def validity(self) -> str:
        """Until when the plan holds, and what happens then."""
        boundary = self.plan.valid_until
        if boundary is None:
            return "Valid as long as declarations and account stay as they are: no window starts or lapses."
        item, contact = self.dialect.name(boundary.item), self._whose(boundary.contact)
        at = zoned_text(boundary.at, self.plan.timezone)
        return f"Valid until {at}, when {item} of {contact} {boundary.event}."

    def _whose(self, label: str) -> str:
        """The contact of that label, with its id where its mask could be anybody's; or one of several."""
        plan = self.plan
        called = [change.contact for change in plan.changes if change.contact.is_called(label)]
        later = {(row.contact, row.source) for row in plan.scheduled if row.contact.is_called(label)}
        called = called or [contact for contact, _ in later]
        if len(called) > 1:
            return f"one of {len(called):,} contacts called {self.dialect.name(label)}"
        if called:
            return short_name(called[0], self.dialect)
        return self.dialect.prose(label) if MASK in label else self.dialect.name(label)


def _what_will_be_done(plan: Plan) -> str:
    created = sum(change.action is ChangeAction.CREATE for change in plan.changes)
    updated = len(plan.changes) - created
    if not created:
        return f"update {count(updated, 'contact')}"
    if not updated:
        return f"create {count(created, 'contact')}"
    return f"create {created:,} and update {count(updated, 'contact')}"


def _nonzero(numbers: dict[str, int]) -> list[str]:
    """``1 to update`` and ``4 unchanged``: the numbers that are not zero."""
    return [f"{number:,} {kind}" for kind, number in numbers.items() if number]
