"""Fold: live + desired + modes + clock → target, the complete state the contact will have.

Everything that must survive is *in* the target; nothing is filtered out of the diff afterwards.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase

from reconcile.model.contact import BY_ROLE, Fields, Grant, State
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag, Mode
from reconcile.model.facets import Facet, tag_key
from reconcile.model.plan import Origin, OriginKind
from reconcile.model.settings import Policy

Origins = dict[tuple[Facet, str], Origin]
"""Why each item is in the target or left it, by part and item."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A contact's target state and the origin of every item in it or gone from it.

    ``baseline`` is what the target is compared with: the live state as it counts at the clock, cut down to
    the managed facets.
    """

    baseline: State
    target: State
    origins: Mapping[tuple[Facet, str], Origin]

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Roles of the target that the API did not tell in full: to write them would be a guess."""
        return tuple(grant.reference for grant in self.target.roles or () if not grant.readable)


def fold(declaration: Declaration, live: State, policy: Policy, now: datetime) -> Folded:
    """The target of every managed facet of one contact, as of ``now``."""
    baseline = _as_held(managed_part(declaration, live), now)
    roles, role_origins = _fold_roles(declaration, baseline.roles, policy, now)
    tags, tag_origins = _fold_tags(declaration, baseline.tags, policy, now)
    target = State(
        roles=roles,
        tags=tags,
        profile=declaration.profile,
        address=_whole_address(declaration.address, baseline.address),
    )
    return Folded(baseline, target, {**role_origins, **tag_origins, **_field_origins(declaration)})


def managed_part(declaration: Declaration, live: State) -> State:
    """The live state of the managed facets."""
    profile = {name: (live.profile or {}).get(name) for name in declaration.profile or ()}
    return State(
        roles=(live.roles or ()) if declaration.roles is not None else None,
        tags=(live.tags or ()) if declaration.tags is not None else None,
        profile=profile if declaration.profile is not None else None,
        address=(live.address or {}) if declaration.address is not None else None,
    )


def _as_held(state: State, now: datetime) -> State:
    """The state without the grants whose own expiry has passed: they count as not held."""
    if state.roles is None:
        return state
    return replace(state, roles=tuple(grant for grant in state.roles if grant.held(now)))


def ignored_role(reference: str, policy: Policy) -> str | None:
    """The pattern by which a role is ignored, or None. Letter case counts."""
    return next((glob for glob in policy.ignore.roles if fnmatchcase(reference, glob)), None)


def ignored_tag(value: str, policy: Policy) -> str | None:
    """The pattern by which a tag is ignored, or None. Letter case and blanks around do not count."""
    return next((glob for glob in policy.ignore.tags if fnmatchcase(tag_key(value), tag_key(glob))), None)


@dataclass(frozen=True, slots=True)
class _SetRule:
    """How the items of one set facet are treated: which stay, and why."""

    ignored: Callable[[str, Policy], str | None]
    policy: Policy
    mode: Mode
    present: bool
    now: datetime

    def fate(self, name: str, declared: DeclaredGrant | DeclaredTag | None) -> tuple[bool, Origin]:
        """Whether an item is in the target, and the origin of that."""
        if declared is not None:
            return declared.window.contains(self.now), self._declared_origin(declared)
        pattern = self.ignored(name, self.policy)
        if pattern is not None:
            return True, Origin(OriginKind.IGNORED, pattern)
        if not self.present:
            return False, Origin(OriginKind.ABSENT)
        if self.mode is Mode.ADDITIVE:
            return True, Origin(OriginKind.ADDITIVE)
        return False, Origin(OriginKind.UNDECLARED)

    def _declared_origin(self, declared: DeclaredGrant | DeclaredTag) -> Origin:
        if declared.window.lapsed(self.now):
            why = OriginKind.LAPSED
        elif declared.window.pending(self.now):
            why = OriginKind.NOT_STARTED
        else:
            why = OriginKind.BUNDLE if declared.bundle else OriginKind.DECLARED
        at = declared.window.starts if why is OriginKind.NOT_STARTED else declared.window.expires
        return Origin(why, declared.bundle, declared.place, declared.reason, at)


def _set_rule(declaration: Declaration, policy: Policy, facet: Facet, now: datetime) -> _SetRule:
    mode = dict(declaration.modes).get(facet, policy.mode(facet))
    ignored = ignored_role if facet is Facet.ROLES else ignored_tag
    return _SetRule(ignored, policy, mode, declaration.present, now)


def _fold_roles(
    declaration: Declaration, live: tuple[Grant, ...] | None, policy: Policy, now: datetime
) -> tuple[tuple[Grant, ...] | None, Origins]:
    if declaration.roles is None:
        return None, {}
    rule = _set_rule(declaration, policy, Facet.ROLES, now)
    held = {grant.reference: grant for grant in live or ()}
    declared = {grant.reference: grant for grant in declaration.roles}
    target: list[Grant] = []
    origins: Origins = {}
    for reference in sorted({*held, *declared}):
        stays, origins[Facet.ROLES, reference] = rule.fate(reference, declared.get(reference))
        if stays:
            target.append(_grant(declared.get(reference), held.get(reference)))
    return tuple(target), origins


def _grant(declared: DeclaredGrant | None, held: Grant | None) -> Grant:
    """The grant a role leads to. Declared without a status, it takes over the live one."""
    if declared is None:
        assert held is not None  # noqa: S101 - a role of the target is declared or held
        return held
    status = declared.status or (held.status if held else BY_ROLE)
    readable = held.readable if held else True
    return Grant(declared.reference, status, declared.window.expires, readable)


def _fold_tags(
    declaration: Declaration, live: tuple[str, ...] | None, policy: Policy, now: datetime
) -> tuple[tuple[str, ...] | None, Origins]:
    if declaration.tags is None:
        return None, {}
    rule = _set_rule(declaration, policy, Facet.TAGS, now)
    spellings = _spellings(live or ())
    declared = {tag_key(tag.value): tag for tag in declaration.tags}
    target: list[str] = []
    origins: Origins = {}
    for key in sorted({*spellings, *declared}):
        stays, origin = rule.fate(key, declared.get(key))
        # A tag keeps its live spelling: neither case nor blanks make another tag.
        values = spellings.get(key) or [declared[key].value]
        origins.update({(Facet.TAGS, value): origin for value in values})
        if stays:
            target += values
    return tuple(target), origins


def _spellings(values: Iterable[str]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for value in sorted(set(values)):
        found[tag_key(value)].append(value)
    return dict(found)


def _whole_address(declared: Fields | None, live: Fields | None) -> Fields | None:
    """An address goes out whole: what is declared over what is there."""
    if declared is None:
        return None
    kept = {name: value for name, value in (live or {}).items() if value is not None}
    return {**kept, **declared}


def _field_origins(declaration: Declaration) -> Origins:
    places = {(facet, name): place for facet, name, place in declaration.field_places}
    facets = ((Facet.PROFILE, declaration.profile), (Facet.ADDRESS, declaration.address))
    return {
        (Facet(facet), name): Origin(OriginKind.DECLARED, place=places.get((facet, name), declaration.place))
        for facet, fields in facets
        for name in fields or ()
    }
