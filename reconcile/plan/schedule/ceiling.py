"""The approved plan as a ceiling of what will happen later: no window opens that nobody saw. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from reconcile.clock import zoned_text
from reconcile.model.baseline import NoLonger
from reconcile.model.contact import Identity, email_key
from reconcile.model.facets import FACETS, Facet, ItemKey, item_key
from reconcile.model.plans.operation import Action
from reconcile.model.plans.plan import Plan
from reconcile.model.plans.schedule import Scheduled

Effect = tuple[object, ...]
"""What the clock will do, but for whose item it is."""


def uncovered_schedule(fresh: Plan, approved: Plan) -> Iterator[str]:
    """What a fresh plan schedules beyond an approved one, in words, however the baseline has it.

    What is scheduled no longer is fine, but for the end of a tag: it would stay for longer.
    """
    allowed = _ScheduledFor.of(_coming(approved), _effect_of)
    for row in _coming(fresh):
        if not allowed.has(row.contact, _effect_of(row)):
            would = schedule_text(row, fresh.timezone)
            yield f"{row.contact.label_with_id}: {would}, and that was not approved"
    yield from _endless_tags(fresh, approved)
    yield from _ends_taken_back(fresh, approved)


def _coming(plan: Plan) -> Iterator[Scheduled]:
    return (row for row in plan.scheduled if not row.taken_back)


def _endless_tags(fresh: Plan, approved: Plan) -> Iterator[str]:
    """The tags that the approved plan lets end, and that are given, or left to nobody's care, for ever."""
    ended = _ScheduledFor.of(filter(_is_end, _coming(approved)), scheduled_item)
    ending = _ScheduledFor.of(filter(_is_end, _coming(fresh)), scheduled_item)
    for contact, facet, item in (*_given(fresh), *_abandoned(fresh)):
        what = facet, item_key(facet, item)
        if ended.has(contact, what) and not ending.has(contact, what):
            tag = f"{FACETS[facet].noun} {item}"
            yield f"{contact.label_with_id}: {tag} was approved with an end, not for ever"


def _given(plan: Plan) -> Iterator[tuple[Identity, Facet, str]]:
    for change in plan.changes:
        for step in change.operations:
            if step.action is Action.ADD:
                yield change.contact, step.facet, step.item


def _abandoned(plan: Plan) -> Iterator[tuple[Identity, Facet, str]]:
    """What contacts keep that are declared no longer: nothing takes it."""
    for row in plan.undeclared:
        if row.what is NoLonger.CONTACT and row.facet is not None and row.item is not None:
            yield row.contact, row.facet, row.item


def _ends_taken_back(fresh: Plan, approved: Plan) -> Iterator[str]:
    """The ends of tags that the baseline has, that are declared no longer, and that nobody saw go."""
    seen = _ScheduledFor.of(filter(_is_end, _taken_back(approved)), scheduled_item)
    for row in filter(_is_end, _taken_back(fresh)):
        if not seen.has(row.contact, scheduled_item(row)):
            tag = f"{FACETS[row.facet].noun} {row.item}"
            yield f"{row.contact.label_with_id}: {tag} would not end any more, and that was not approved"


def _taken_back(plan: Plan) -> Iterator[Scheduled]:
    return (row for row in plan.scheduled if row.taken_back)


def _is_end(row: Scheduled) -> bool:
    return row.action is Action.REMOVE


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
        kept = [(row.contact, effect(row)) for row in rows]
        return cls(
            frozenset((contact.id, *what) for contact, what in kept if contact.id),
            frozenset((name, *what) for contact, what in kept for name in names_of(contact)),
            frozenset(
                (name, *what) for contact, what in kept if not contact.id for name in names_of(contact)
            ),
        )

    def has(self, contact: Identity, what: Effect) -> bool:
        """True when that is scheduled for the contact."""
        by_name = self.by_name_alone if contact.id else self.by_name
        return (contact.id, *what) in self.by_id or any(
            (name, *what) in by_name for name in names_of(contact)
        )


def names_of(contact: Identity) -> Iterator[tuple[str, str]]:
    """What a contact is found by that has no id yet: its address and its reference."""
    if contact.email:
        yield "email", email_key(contact.email)
    if contact.reference:
        yield "reference", contact.reference


def _effect_of(row: Scheduled) -> Effect:
    return (*scheduled_item(row), row.action, row.window, row.status, row.skips_approval)


def scheduled_item(row: Scheduled) -> ItemKey:
    """Which item of its contact the clock will give or take."""
    return row.facet, item_key(row.facet, row.item)


def schedule_text(row: Scheduled, timezone: str) -> str:
    """What the clock will do, for a person: ``tag vip would be removed at 2027-01-31 00:00``."""
    item = f"{FACETS[row.facet].noun} {row.item}"
    if row.action is Action.REMOVE and row.window.expires:
        return f"{item} would be removed at {zoned_text(row.window.expires, timezone)}"
    status = f" as {row.status}" if row.status else ""
    starts = f" at {zoned_text(row.window.starts, timezone)}" if row.window.starts else ""
    ends = f" until {zoned_text(row.window.expires, timezone)}" if row.window.expires else ""
    return f"{item} would start{starts}{status}{ends}"
