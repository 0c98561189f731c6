"""What a reading after a write tells: whether the write took effect, and what it did unasked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconcile.clock import later
from reconcile.model.contact import (
    ACTIVE,
    BY_ROLE,
    HANDOVER_FIELDS,
    IDENTIFYING_FIELDS,
    PENDING,
    Contact,
    Grant,
    State,
    email_key,
    in_force,
    is_same_value,
    item_name,
)
from reconcile.model.facets import FIELDS, SETS, Facet, item_key
from reconcile.model.plans.operation import Action, Operation, Value
from reconcile.model.result import LostItem, WriteEffect
from reconcile.model.settings import Policy

from .approval import ending_text
from .fold import ignore_pattern

CLOCK_TOLERANCE = timedelta(minutes=5)
"""Maximum difference of two clocks that agree: a grant that ends sooner may have ended by itself."""

INHERITED = ("firstname", "lastname", "company")
"""The fields that an address takes from its contact where it has none of its own (Evance help)."""


def effect_of(operations: Iterable[Operation], live: Contact, now: datetime) -> WriteEffect:
    """Whether a write took effect, judged by the items that it was to change and by nothing else.

    What somebody else did to other items in the meantime says nothing of it.
    """
    steps = [(step, _value_now(step, live, now)) for step in operations]
    if all(_is(step, value, step.after) for step, value in steps):
        return WriteEffect.TAKEN
    if all(_is(step, value, step.before) for step, value in steps):
        return WriteEffect.NOT_TAKEN
    return WriteEffect.UNKNOWN


def _value_now(step: Operation, live: Contact, now: datetime) -> Value:
    if step.facet not in SETS:
        return live.state.fields(step.facet).get(step.item)
    key = item_key(step.facet, step.item)
    items = (item for item in live.state.items(step.facet) if item_key(step.facet, item_name(item)) == key)
    return next((item for item in items if in_force(item, now)), None)


def _is(step: Operation, value: Value, wanted: Value) -> bool:
    """Whether an item is what a step says; a tag is the same in another spelling."""
    if isinstance(value, Grant) and isinstance(wanted, Grant):
        allowed = {ACTIVE, PENDING} if wanted.status == BY_ROLE else {wanted.status}
        return value.status in allowed and value.expires == wanted.expires
    if step.facet in SETS:
        return (value is None) == (wanted is None)
    return is_same_value(step.item, _text(value), _text(wanted))


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class UnaskedChanges:
    """How a contact differs from the reading before a write, beyond what the write was to do.

    ``faults`` say in words what is wrong beside what is ``lost``, ``notes`` what is worth knowing.
    """

    lost: tuple[LostItem, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lost_role(self) -> bool:
        """True when the contact lost a role that nobody asked to take."""
        return any(item.facet is Facet.ROLES for item in self.lost)


NO_TARGET = State()
"""Of a write of which only the operations are known."""


def unasked_changes(  # noqa: PLR0913 - two readings, what came between, and how to judge
    before: Contact,
    after: Contact,
    operations: Iterable[Operation],
    policy: Policy,
    now: datetime,
    *,
    target: State = NO_TARGET,
) -> UnaskedChanges:
    """Compare two readings with a write of these operations between them.

    ``now`` is when the second one was made. What the contact has beside or instead of its ``target`` is left
    to `unmet_target`; what it lost is told of the target, too.
    """
    comparison = _Comparison(before, after, tuple(operations), policy, now, target)
    return UnaskedChanges(
        lost=tuple(sorted(comparison.lost())),
        faults=tuple(comparison.faults()),
        notes=tuple(comparison.notes()),
    )


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two readings of one contact and the write between them."""

    before: Contact
    after: Contact
    operations: tuple[Operation, ...]
    policy: Policy
    now: datetime
    target: State

    def lost(self) -> Iterator[LostItem]:
        """What is gone and nobody asked to take."""
        yield from (LostItem(Facet.ROLES, grant.reference) for grant in self._lost_grants())
        for tag in self._gone_tags():
            if ignore_pattern(Facet.TAGS, tag, self.policy) is None:
                yield LostItem(Facet.TAGS, tag)
        for facet, name in self._changed_fields():
            if not self.after.state.fields(facet).get(name):
                yield LostItem(facet, name)

    def faults(self) -> Iterator[str]:
        """Grants that changed unasked, sets that can't be read any more, another identity."""
        yield from (f"its {facet} can't be read any more" for facet in SETS if self._unread(facet))
        others = set(self.before.state.other_tags) - set(self.after.state.other_tags)
        yield from (f"tag {tag.value} of type {tag.type} is gone" for tag in sorted(others))
        if not self.target.has(Facet.ROLES):
            yield from self._changed_grants()
        yield from self._changed_identity()

    def notes(self) -> Iterator[str]:
        """What differs and is neither: values that others or the account itself may change."""
        for tag in self._gone_tags():
            if ignore_pattern(Facet.TAGS, tag, self.policy) is not None:
                yield f"tag {tag}, which is ignored, is gone"
        for facet, name in self._changed_fields():
            known = name in self.target.fields(facet) or name in HANDOVER_FIELDS | IDENTIFYING_FIELDS
            if self.after.state.fields(facet).get(name) and not known:
                yield f"{facet.value}.{name} has changed"

    def _touched(self, facet: Facet) -> Mapping[str, Operation]:
        return {item_key(facet, step.item): step for step in self.operations if step.facet is facet}

    def _unread(self, facet: Facet) -> bool:
        return self.before.state.has(facet) and not self.after.state.has(facet)

    def _held_for_sure(self, grant: Value) -> bool:
        """True for a grant that can't have ended by itself by the second reading."""
        return isinstance(grant, Grant) and grant.held(later(self.now, CLOCK_TOLERANCE))

    def _expected(self) -> Mapping[str, Grant]:
        """The grants of the first reading that must be there at the second, by reference."""
        touched = self._touched(Facet.ROLES)
        held = {grant.reference: grant for grant in self.before.state.roles or ()}
        return {
            reference: grant
            for reference, grant in held.items()
            if self._held_for_sure(grant)
            and (reference not in touched or self._held_for_sure(touched[reference].after))
        }

    def _grants_after(self) -> Mapping[str, Grant]:
        return {grant.reference: grant for grant in self.after.state.roles or ()}

    def _lost_grants(self) -> Iterator[Grant]:
        """Access is what is active: a grant that is sent back to wait is lost, too.

        So is one that the account does not show any more, since no later run could see that it is gone.
        """
        after = self._grants_after()
        for reference, grant in self._expected().items():
            found = after.get(reference)
            unasked = found is None or not found.held(self.now)
            if unasked or (found is not None and found.readable and grant.active and not found.active):
                yield grant

    def _changed_grants(self) -> Iterator[str]:
        """Grants beside the write that have another status or end, or that nobody gave."""
        lost = {grant.reference for grant in self._lost_grants()}
        touched, expected = self._touched(Facet.ROLES), self._expected()
        for reference, found in sorted(self._grants_after().items()):
            if reference in touched or reference in lost or not self._held_for_sure(found):
                continue
            if reference in expected:
                yield from _differences(expected[reference], found, self.policy.timezone)
            elif self.before.state.roles is not None and reference not in self._references_before():
                yield f"role {reference} is held, and was not before"

    def _references_before(self) -> frozenset[str]:
        return frozenset(grant.reference for grant in self.before.state.roles or ())

    def _gone_tags(self) -> Iterator[str]:
        if self._unread(Facet.TAGS):
            return
        removed = self._touched(Facet.TAGS)
        after = {item_key(Facet.TAGS, tag) for tag in self.after.state.tags or ()}
        for tag in self.before.state.tags or ():
            key = item_key(Facet.TAGS, tag)
            if key not in after and (key not in removed or removed[key].action is not Action.REMOVE):
                yield tag

    def _changed_fields(self) -> Iterator[tuple[Facet, str]]:
        """The fields that had a value and have another one, or none, though the write did not set them."""
        for facet in FIELDS:
            touched, after = self._touched(facet), self.after.state.fields(facet)
            for name, value in sorted(self.before.state.fields(facet).items()):
                differs = value and value != after.get(name) and name not in touched
                if differs and not self._follows_contact(facet, name):
                    yield facet, name

    def _follows_contact(self, facet: Facet, name: str) -> bool:
        """True for a name that the address takes from the contact, in both readings."""
        states = (self.before.state, self.after.state)
        pairs = [(state.fields(facet).get(name), state.fields(Facet.PROFILE).get(name)) for state in states]
        inherits = facet is Facet.ADDRESS and name in INHERITED
        return inherits and all(own == contacts for own, contacts in pairs)

    def _changed_identity(self) -> Iterator[str]:
        """An identity that the write did not give."""
        given = {name: step.after for name, step in self._touched(Facet.PROFILE).items()}
        before, after = self.before.identity, self.after.identity
        old, new = self.before.state.fields(Facet.PROFILE), self.after.state.fields(Facet.PROFILE)
        email = str(given.get("email", before.email) or "")
        pairs = {
            "id": (before.id, after.id),
            "type": (before.type, after.type),
            "e-mail address": (email_key(email), email_key(after.email)),
            "user name": (given.get("username", old.get("username")), new.get("username")),
            "reference": (given.get("reference", before.reference), after.reference),
        }
        for name, (then, now) in pairs.items():
            if then and now and then != now:
                yield f"its {name} is another one"


def _differences(before: Grant, after: Grant, timezone: str) -> Iterator[str]:
    """What of a grant that no write was to change has changed."""
    if not before.readable:
        return
    if not after.readable:
        yield f"role {after.reference} can't be read in full any more"
    elif after.status != before.status:
        yield f"role {after.reference} is '{after.status}', and was '{before.status}'"
    elif after.expires != before.expires:
        ends, ended = ending_text(after, timezone), ending_text(before, timezone)
        yield f"role {after.reference} {ends}, and before {ended}"
