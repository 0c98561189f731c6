"""The sentences about a plan that all formats share. Each takes a dialect: no hostile string stands bare."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconcile.model import Change, ChangeAction, Place, Plan, Verdict, email_key, summarise, zulu

from .escape import Dialect
from .steps import Steps

NAMED_AT_MOST = 10
"""How many contacts a sentence names before it says how many more there are."""


def count(number: int, noun: str) -> str:
    """``1 contact``, ``10,000 contacts``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = len(names) - NAMED_AT_MOST
    shown = ", ".join(names[:NAMED_AT_MOST])
    return f"{shown} and {more:,} more" if more > 0 else shown


def verb(number: int, one: str, many: str) -> str:
    """The form of a verb that goes with the number."""
    return one if number == 1 else many


@dataclass(frozen=True, slots=True)
class Words:
    """What is said about one plan in one dialect."""

    plan: Plan
    say: Dialect

    @property
    def steps(self) -> Steps:
        """The words for single items."""
        return Steps(self.plan.timezone, self.say)

    def headline(self) -> str:
        """What the plan would do, where, and as of when."""
        where, when = self.say.name(self.plan.account), zulu(self.plan.as_of)
        if not self.plan.empty:
            return f"reconcile will {_intent(self.plan)} at {where}, as of {when}"
        unchanged = self.plan.unchanged
        be = verb(unchanged, "is", "are")
        still = f"{count(unchanged, 'contact')} at {where} {be} as declared, as of {when}"
        return f"Nothing can be planned. {still}" if self.plan.refused else f"No changes. {still}"

    def who(self, change: Change) -> str:
        """The contact's name and what the account knows it by."""
        return f"{self.say.name(change.label)} ({self._known_as(change)})"

    def _known_as(self, change: Change) -> str:
        who = change.contact
        first = f"contact {self.say.name(who.id)}" if who.id else f"new {self.say.name(who.type)}"
        named = who.reference and who.reference != change.label
        return f"{first}, reference {self.say.name(who.reference or '')}" if named else first

    def place(self, place: Place) -> str:
        """``file:line``."""
        file = self.say.name(place.file)
        return f"{file}:{place.line}" if place.line else file

    def hurts(self) -> Iterator[str]:
        """What a reviewer must see first: access lost, approvals bypassed, guards that tripped."""
        yield from self._losing_access()
        yield from self._activated()
        yield from map(self._refusal, self.plan.refused)

    def _losing_access(self) -> Iterator[str]:
        losing = [
            f"{self.say.name(change.label)} ({', '.join(map(self.say.name, roles))})"
            for change in self.plan.changes
            if (roles := [step.item for step in change.operations if step.revokes])
        ]
        if losing:
            lose = verb(len(losing), "loses", "lose")
            yield f"{count(len(losing), 'contact')} {lose} access: {listed(losing)}"

    def _activated(self) -> Iterator[str]:
        found = [
            f"{self.say.name(step.item)} of {self.say.name(change.label)}"
            for change in self.plan.changes
            for step in change.operations
            if step.bypasses_approval
        ]
        if found:
            be = verb(len(found), "is", "are")
            yield f"{count(len(found), 'role')} {be} activated past approval: {listed(found)}"

    def _refusal(self, verdict: Verdict) -> str:
        guard, subjects = self.say.name(verdict.guard), list(map(self.say.name, verdict.subjects))
        about = f" ({listed(subjects)})" if subjects else ""
        allow = f"To accept just this: --allow {guard}={verdict.found}"
        return f"guard {guard} refuses: {self.say.prose(verdict.message)}{about}. {allow}"

    def totals(self) -> str:
        """The summary: contacts, then roles, tags and fields where there are any."""
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
        groups = {"roles": roles, "tags": tags, "fields": {"changed": found.fields_changed}}
        said = [f"{name}: {kinds}" for name, numbers in groups.items() if (kinds := _kinds(numbers))]
        return " · ".join([_kinds(contacts, "contact"), *said])

    def validity(self) -> str:
        """Until when the plan holds, and what happens then."""
        boundary = self.plan.valid_until
        if boundary is None:
            return "Valid as long as declarations and account stay as they are: no window starts or lapses."
        event = "starts" if boundary.starts else "lapses"
        item, whose = self.say.name(boundary.item), self._whose(boundary.contact)
        return f"Valid until {zulu(boundary.at)}, when {item} of {whose} {event}."

    def _whose(self, contact: str) -> str:
        """A contact that the plan does not name otherwise is not named here either."""
        return next(
            (self.say.name(change.label) for change in self.plan.changes if _is(change, contact)),
            "another contact",
        )


def _is(change: Change, label: str) -> bool:
    """True when the label, which a declaration gave, names the contact of the change."""
    who = change.contact
    if label in {who.reference, f"id {who.id}"}:
        return True
    return bool(who.email) and email_key(label) == email_key(who.email)


def _intent(plan: Plan) -> str:
    created = sum(change.action is ChangeAction.CREATE for change in plan.changes)
    updated = len(plan.changes) - created
    if not created:
        return f"update {count(updated, 'contact')}"
    if not updated:
        return f"create {count(created, 'contact')}"
    return f"create {created:,} and update {count(updated, 'contact')}"


def _kinds(numbers: dict[str, int], noun: str = "") -> str:
    """``1 contact to update, 4 unchanged``: the numbers that are not zero, the first one with the noun."""
    found = [(kind, number) for kind, number in numbers.items() if number]
    said = [f"{number:,} {kind}" for kind, number in found]
    if noun and found:
        kind, number = found[0]
        said[0] = f"{count(number, noun)} {kind}"
    return ", ".join(said) or (f"0 {noun}s" if noun else "")
