"""The sentences about a plan that all formats share. Each takes a dialect: no hostile string stands bare."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.clock import utc_text
from reconcile.model.contact import Identity
from reconcile.model.facets import Facet
from reconcile.model.plan import Action, Change, ChangeAction, Operation, Plan, Verdict
from reconcile.model.problem import Place
from reconcile.model.summary import summarise
from reconcile.render.escape import MASK, Dialect
from reconcile.text import count, listed, verb_form

from .operation_text import OperationText


def contact_name(contact: Identity, label: str, say: Dialect) -> str:
    """A contact's name and what the account knows it by."""
    reference = contact.reference
    named = f", reference {say.name(reference)}" if reference and reference != label else ""
    return f"{say.name(label)} ({_contact_id(contact, say)}{named})"


def _contact_id(contact: Identity, say: Dialect) -> str:
    return f"contact {say.name(contact.id)}" if contact.id else f"new {say.name(contact.type)}"


def refusal_text(verdict: Verdict, say: Dialect) -> str:
    """What a guard refuses, and how to accept it."""
    guard, subjects = say.name(verdict.guard), list(map(say.name, verdict.subjects))
    about = f" ({listed(subjects)})" if subjects else ""
    said = f"guard {guard} refuses: {say.prose(verdict.message)}{about}"
    allow = say.prose(f"--allow {verdict.guard}={verdict.found}")
    return f"{said}. To accept just this: {allow}" if verdict.liftable else said


def place_text(place: Place, say: Dialect) -> str:
    """``file:line``."""
    return say.name(f"{place.file}:{place.line}" if place.line else place.file)


@dataclass(frozen=True, slots=True)
class PlanSentences:
    """What is said about one plan in one dialect."""

    plan: Plan
    say: Dialect

    @property
    def steps(self) -> OperationText:
        """The words for single items."""
        return OperationText(self.plan.timezone, self.say)

    def headline(self) -> str:
        """What the plan would do, where, and as of when."""
        return f"{self.deed()}, as of {utc_text(self.plan.as_of)}"

    def deed(self) -> str:
        """What the plan would do, and where."""
        where = self.say.name(self.plan.account)
        undo = f" to undo run {self.say.name(self.plan.revert)}" if self.plan.revert else ""
        if not self.plan.empty:
            return f"reconcile will {_what_will_be_done(self.plan)} at {where}{undo}"
        unchanged = self.plan.unchanged
        still = f"{count(unchanged, 'contact')} at {where} {verb_form(unchanged, 'is', 'are')} as declared"
        return f"Nothing can be planned. {still}" if self.plan.refused else f"No changes. {still}"

    def who(self, change: Change) -> str:
        """The contact's name and what the account knows it by."""
        return contact_name(change.contact, change.label, self.say)

    def short(self, change: Change) -> str:
        """The contact's name in a sentence; with its id where a masked name could be anybody's."""
        name = self.say.name(change.label)
        return f"{name} ({_contact_id(change.contact, self.say)})" if MASK in change.label else name

    def gist(self, change: Change) -> list[tuple[str, str]]:
        """What matters of a contact in a few words, riskiest first: ``("loses", "loses preview")``."""
        found = {
            "loses": [step.item for step in change.operations if step.revokes],
            "activates": [step.item for step in change.operations if step.bypasses_approval],
            "gains": [step.item for step in change.operations if _gains_role(step)],
            "changes": [step.item for step in change.operations if _changes_role(step)],
        }
        said = [
            (verb, f"{verb} {listed(list(map(self.say.name, items)))}")
            for verb, items in found.items()
            if items
        ]
        others = len(change.operations) - sum(map(len, found.values()))
        more = count(others, "other step") if said else count(others, "step")
        return [*said, ("more", more)] if others else said

    def place(self, place: Place) -> str:
        """``file:line``."""
        return place_text(place, self.say)

    def hurts(self) -> Iterator[str]:
        """What a reviewer must see first: access lost, approvals bypassed, guards that tripped."""
        yield from self._losing_access()
        yield from self._activated()
        yield from (refusal_text(verdict, self.say) for verdict in self.plan.refused)

    def _losing_access(self) -> Iterator[str]:
        losing = [
            f"{self.short(change)}: {listed(list(map(self.say.name, roles)))}"
            for change in self.plan.changes
            if (roles := [step.item for step in change.operations if step.revokes])
        ]
        if losing:
            lose = verb_form(len(losing), "loses", "lose")
            yield f"{count(len(losing), 'contact')} {lose} access: {listed(losing, '; ')}"

    def _activated(self) -> Iterator[str]:
        found = [
            f"{self.say.name(step.item)} of {self.short(change)}"
            for change in self.plan.changes
            for step in change.operations
            if step.bypasses_approval
        ]
        if found:
            be = verb_form(len(found), "is", "are")
            yield f"{count(len(found), 'role')} {be} activated past approval: {listed(found)}"

    def totals(self) -> str:
        """The summary: contacts, then roles, tags and fields where there are any."""
        (_, contacts), *others = self.tallies()
        number, _, kind = contacts[0].partition(" ")
        noun = "contact" if number == "1" else "contacts"
        first = ", ".join([f"{number} {noun} {kind}", *contacts[1:]])
        return " · ".join([first, *(f"{group}: {', '.join(kinds)}" for group, kinds in others)])

    def tallies(self) -> list[tuple[str, list[str]]]:
        """What the summary counts, by group: ``roles`` and ``1 granted``, ``2 revoked``."""
        found = summarise(self.plan)
        contacts = {
            "to create": found.contacts_created,
            "to update": found.contacts_updated,
            "unchanged": found.contacts_unchanged,
        }
        roles = {
            "granted": found.roles_granted,
            "revoked": found.roles_revoked,
            "changed": found.roles_changed,
        }
        tags = {"added": found.tags_added, "removed": found.tags_removed}
        fields = {"changed": found.fields_changed}
        groups = {"roles": roles, "tags": tags, "fields": fields}
        told = [(name, kinds) for name, numbers in groups.items() if (kinds := _nonzero(numbers))]
        return [("contacts", _nonzero(contacts) or ["0 unchanged"]), *told]

    def validity(self) -> str:
        """Until when the plan holds, and what happens then."""
        boundary = self.plan.valid_until
        if boundary is None:
            return "Valid as long as declarations and account stay as they are: no window starts or lapses."
        item, whose = self.say.name(boundary.item), self._whose(boundary.contact)
        return f"Valid until {utc_text(boundary.at)}, when {item} of {whose} {boundary.event}."

    def _whose(self, contact: str) -> str:
        """A contact that the plan does not name otherwise is not named here either."""
        return next(
            (self.short(change) for change in self.plan.changes if change.is_called(contact)),
            "another contact",
        )


def _gains_role(step: Operation) -> bool:
    return step.facet is Facet.ROLES and step.before is None


def _changes_role(step: Operation) -> bool:
    return step.facet is Facet.ROLES and step.action is Action.CHANGE and not step.bypasses_approval


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
