"""The approved plan as a ceiling of what will happen later: no window opens that nobody saw. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from reconcile.clock import zoned_text
from reconcile.model.contact import Identity, email_key
from reconcile.model.facets import FACETS, item_key
from reconcile.model.plans.operation import Action
from reconcile.model.plans.plan import Plan
from reconcile.model.plans.schedule import Scheduled

Effect = tuple[object, ...]
"""What the clock will do, but for whose item it is."""


def uncovered_schedule(fresh: Plan, approved: Plan) -> Iterator[str]:
    """What a fresh plan schedules beyond an approved one, in words, however the baseline has it.

    What is scheduled no longer is fine, but for the end of a tag that is given: it would stay for longer.
    """
    allowed = _ScheduledFor.of(approved.scheduled, _effect_of)
    for row in fresh.scheduled:
        if not row.taken_back and not allowed.has(row.contact, _effect_of(row)):
            yield f"{row.contact.label_with_id}: {_in_words(row, fresh.timezone)}, and that was not approved"
    yield from _endless_tags(fresh, approved)


def _endless_tags(fresh: Plan, approved: Plan) -> Iterator[str]:
    """The tags that a plan gives for ever, and the approved one until the end of their window."""
    ended = _ScheduledFor.of((row for row in approved.scheduled if row.action is Action.REMOVE), _item_of)
    ending = _ScheduledFor.of((row for row in fresh.scheduled if row.action is Action.REMOVE), _item_of)
    for change in fresh.changes:
        for step in change.operations:
            item = step.facet, item_key(step.facet, step.item)
            given = step.action is Action.ADD and ended.has(change.contact, item)
            if given and not ending.has(change.contact, item):
                tag = f"{FACETS[step.facet].noun} {step.item}"
                yield f"{change.contact.label_with_id}: {tag} was approved with an end, not for ever"


@dataclass(frozen=True, slots=True)
class _ScheduledFor:
    """What is scheduled, by whom it is for.

    An id decides where both sides have one; a contact that is yet to be created, or found, has its names.
    """

    by_id: frozenset[Effect]
    by_name: frozenset[Effect]
    by_name_alone: frozenset[Effect]

    @classmethod
    def of(cls, rows: Iterable[Scheduled], effect: Callable[[Scheduled], Effect]) -> "_ScheduledFor":
        kept = [(row.contact, effect(row)) for row in rows if not row.taken_back]
        return cls(
            frozenset((contact.id, *what) for contact, what in kept if contact.id),
            frozenset((name, *what) for contact, what in kept for name in _names(contact)),
            frozenset((name, *what) for contact, what in kept if not contact.id for name in _names(contact)),
        )

    def has(self, contact: Identity, what: Effect) -> bool:
        """True when that is scheduled for the contact."""
        by_name = self.by_name_alone if contact.id else self.by_name
        return (contact.id, *what) in self.by_id or any((name, *what) in by_name for name in _names(contact))


def _names(contact: Identity) -> Iterator[tuple[str, str]]:
    if contact.email:
        yield "email", email_key(contact.email)
    if contact.reference:
        yield "reference", contact.reference


def _effect_of(row: Scheduled) -> Effect:
    return (*_item_of(row), row.action, row.window, row.status, row.skips_approval)


def _item_of(row: Scheduled) -> Effect:
    return row.facet, item_key(row.facet, row.item)


def _in_words(row: Scheduled, timezone: str) -> str:
    item = f"{FACETS[row.facet].noun} {row.item}"
    if row.action is Action.REMOVE and row.window.expires:
        return f"{item} would be removed at {zoned_text(row.window.expires, timezone)}"
    status = f" as {row.status}" if row.status else ""
    starts = f" at {zoned_text(row.window.starts, timezone)}" if row.window.starts else ""
    ends = f" until {zoned_text(row.window.expires, timezone)}" if row.window.expires else ""
    return f"{item} would start{starts}{status}{ends}"
