"""Fold: live + desired + modes + clock → target, the complete state the contact will have.

Everything that must survive is *in* the target; nothing is filtered out of the diff afterwards.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reconcile.model.contact import BY_ROLE, Fields, Grant, Item, State, is_same_value, item_name
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem, Mode
from reconcile.model.facets import FACETS, SETS, Facet, ItemKey
from reconcile.model.plans.operation import Origin, OriginKind
from reconcile.model.settings import Policy, SetMode

Origins = dict[ItemKey, Origin]
"""Why each item is in the target or was taken out of it."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A contact's target state and the origin of every item in it or gone from it.

    ``before`` is what the target is compared with: the live state as it counts at the clock, cut down to
    the managed facets. ``lapsed`` are the live grants of a managed set that count as not held, since their
    own expiry has passed, and that a write does not carry along.
    """

    before: State
    target: State
    origins: Mapping[ItemKey, Origin]
    lapsed: tuple[Grant, ...] = ()

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Roles of the target that the API did not tell in full: to write them would be a guess."""
        return tuple(grant.reference for grant in self.target.roles or () if not grant.readable)


def fold(declaration: Declaration, live: State, policy: Policy, now: datetime) -> Folded:
    """The target of every managed facet of one contact, as of ``now``."""
    held = managed_part(declaration, live)
    before = _without_inherited(without_expired(held, now), declaration, live)
    target: dict[str, Any] = {}
    origins: Origins = {}
    for facet in declaration.managed:
        if facet in SETS:
            rule = SetRule.of(declaration, policy, facet, now)
            target[facet.value], set_origins = rule.fold(declaration.items(facet), before.items(facet))
            origins |= set_origins
        else:
            target[facet.value] = _target_fields(facet, declaration, before)
            origins |= _field_origins(facet, declaration)
    return Folded(before, State(**target), origins, _lapsed(held, target.get(Facet.ROLES.value), now))


def _lapsed(held: State, target: Collection[Grant] | None, now: datetime) -> tuple[Grant, ...]:
    sent = {grant.reference for grant in target or ()}
    grants = (grant for grant in held.roles or () if grant.reference not in sent)
    return tuple(grant for grant in grants if not grant.held(now))


def managed_part(declaration: Declaration, live: State) -> State:
    """The live state of the managed facets: of a whole facet all fields, of others the declared ones."""
    part: dict[str, Any] = {}
    for facet in declaration.managed:
        if facet in SETS:
            part[facet.value] = live.items(facet)
        elif FACETS[facet].whole:
            part[facet.value] = live.fields(facet)
        else:
            fields = live.fields(facet)
            part[facet.value] = {name: fields.get(name) for name in declaration.fields(facet)}
    return State(**part)


def _without_inherited(state: State, declaration: Declaration, live: State) -> State:
    """Without the undeclared fields that may be inherited from the profile: to write them would keep them."""
    own = live.fields(Facet.PROFILE)
    left: dict[str, Any] = {}
    for facet in declaration.managed:
        declared, inherit = declaration.fields(facet), FACETS[facet].inherit
        if inherit:
            left[facet.value] = {
                name: value
                for name, value in state.fields(facet).items()
                if name not in inherit or name in declared or value != own.get(name)
            }
    return replace(state, **left) if left else state


def without_expired(state: State, now: datetime) -> State:
    """The state without the grants whose own expiry has passed: they count as not held."""
    if state.roles is None:
        return state
    return replace(state, roles=tuple(grant for grant in state.roles if grant.held(now)))


def ignore_pattern(facet: Facet, name: str, policy: Policy) -> str | None:
    """The configured pattern by which an item of a set facet is ignored, or None."""
    return policy.ignore.matching(facet, name)


@dataclass(frozen=True, slots=True)
class SetRule:
    """How the items of one set facet of a contact are treated: which stay, and why."""

    facet: Facet
    policy: Policy
    mode: SetMode
    present: bool
    now: datetime

    @classmethod
    def of(cls, declaration: Declaration, policy: Policy, facet: Facet, now: datetime) -> "SetRule":
        """The rule for one set facet of that contact, as of ``now``."""
        return cls(facet, policy, policy.mode_for(declaration, facet), declaration.present, now)

    def fold(
        self, declared: Iterable[DeclaredItem], held: Iterable[Item]
    ) -> tuple[tuple[Item, ...], Origins]:
        """The items of the target, sorted by their key, and the origin of each item."""
        key = FACETS[self.facet].item_key
        declared_by_key = {key(item.name): item for item in declared}
        held_by_key = _by_key(held, key)
        target: list[Item] = []
        origins: Origins = {}
        for name in sorted({*held_by_key, *declared_by_key}):
            wanted = declared_by_key.get(name)
            stays, origin = self.stays_and_why(name, wanted)
            for held_item in held_by_key.get(name, _NOT_HELD):
                item = _target_item(wanted, held_item)
                origins[self.facet, item_name(item)] = origin
                if stays:
                    target.append(item)
        return tuple(target), origins

    def stays_and_why(self, name: str, declared: DeclaredItem | None) -> tuple[bool, Origin]:
        """Whether an item is in the target, and the origin of that."""
        if declared is not None:
            return declared.window.contains(self.now), self._declared_origin(declared)
        pattern = ignore_pattern(self.facet, name, self.policy)
        if pattern is not None:
            return True, Origin(OriginKind.IGNORED, pattern)
        if not self.present:
            return False, Origin(OriginKind.ABSENT)
        mode, pattern = self.mode.of_item(name)
        if mode is Mode.ADDITIVE:
            return True, Origin(OriginKind.ADDITIVE)
        return False, Origin(OriginKind.UNDECLARED, pattern)

    def _declared_origin(self, declared: DeclaredItem) -> Origin:
        if declared.window.lapsed(self.now):
            kind = OriginKind.LAPSED
        elif declared.window.pending(self.now):
            kind = OriginKind.NOT_STARTED
        else:
            kind = OriginKind.BUNDLE if declared.bundle else OriginKind.DECLARED
        at = declared.window.starts if kind is OriginKind.NOT_STARTED else declared.window.expires
        return Origin(kind, declared.bundle, declared.place, declared.reason, at)


_NOT_HELD = (None,)


def _by_key(items: Iterable[Item], key: Callable[[str], str]) -> Mapping[str, list[Item]]:
    """The items by what makes them the same: a tag may be held in several spellings, which are sorted."""
    by_key: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_key[key(item_name(item))].append(item)
    for same in by_key.values():
        if len(same) > 1:
            same[:] = sorted(set(same), key=item_name)
    return by_key


def _target_item(declared: DeclaredItem | None, held: Item | None) -> Item:
    """What an item that stays becomes; it is declared, held or both.

    A grant has what is declared of it; a tag keeps its live spelling, since neither case nor blanks make
    another tag.
    """
    if isinstance(declared, DeclaredGrant):
        return _target_grant(declared, held if isinstance(held, Grant) else None)
    if held is None and declared is not None:
        return declared.name
    assert held is not None  # noqa: S101 - an item of the target is declared or held
    return held


def _target_grant(declared: DeclaredGrant, held: Grant | None) -> Grant:
    """The grant that a declared role leads to. Declared without a status, it takes over the live one."""
    status = declared.status or (held.status if held else BY_ROLE)
    readable = held.readable if held else True
    return Grant(declared.reference, status, declared.window.expires, readable)


def _target_fields(facet: Facet, declaration: Declaration, before: State) -> Fields:
    """The declared fields; of a whole facet, over what is there.

    An e-mail address keeps its live spelling, as a tag does: its case makes no other address, and some
    servers change it.
    """
    live = before.fields(facet)
    declared = {
        name: live.get(name) if is_same_value(name, value, live.get(name)) else value
        for name, value in declaration.fields(facet).items()
    }
    if not FACETS[facet].whole:
        return declared
    kept = {name: value for name, value in before.fields(facet).items() if value is not None}
    return {**kept, **declared}


def _field_origins(facet: Facet, declaration: Declaration) -> Origins:
    places = {(place_facet, name): place for place_facet, name, place in declaration.field_places}
    return {
        (facet, name): Origin(OriginKind.DECLARED, place=places.get((facet, name), declaration.place))
        for name in declaration.fields(facet)
    }
