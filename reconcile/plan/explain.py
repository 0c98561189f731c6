"""Why a contact holds what it holds, what an apply now would do, and when that next changes. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reconcile.clock import OPEN
from reconcile.model.contact import Contact, Grant, State
from reconcile.model.declaration import Declaration, DeclaredGrant
from reconcile.model.explanation import Effect, ExplainedItem, Explanation, FacetManagement
from reconcile.model.facets import MANAGED, Facet, tag_key
from reconcile.model.guards import guard_named
from reconcile.model.plan import Boundary, Operation, Origin, OriginKind, PlanContext, Value, Verdict
from reconcile.model.problem import Place
from reconcile.model.settings import Policy

from .contact_plan import EMPTY_STATE, ContactPlan, plan_contact
from .diff import ItemKey, items_of
from .fold import managed_part
from .guards import UNKNOWN_FACTS, GuardInput, evaluate
from .timeline import DeclaredItem, boundaries_of, declared_items

_PARTS = list(Facet)

_FATES = [Effect.ADD, Effect.CHANGE, Effect.REMOVE, Effect.KEEP, Effect.NONE]

_FIELDS = frozenset({Facet.PROFILE, Facet.ADDRESS})


def explain_contact(declaration: Declaration, live: Contact | None, scene: PlanContext) -> Explanation:
    """What a declaration means for its live contact (None: to be created), item by item."""
    entry = plan_contact(declaration, live, scene.policy, scene.now)
    found = _explanation(entry, scene)
    return replace(found, source=declaration.place, refused=_refused(entry, scene))


def explain_undeclared_contact(live: Contact, scene: PlanContext) -> Explanation:
    """What a contact holds that no declaration is about: nothing of it is managed."""
    return _explanation(plan_contact(Declaration(Place("")), live, scene.policy, scene.now), scene)


def _explanation(entry: ContactPlan, scene: PlanContext) -> Explanation:
    items = sorted(_ExplainedItems.of(entry, scene.now).explained(), key=_order)
    return Explanation(
        tool_version=scene.tool_version,
        target=scene.target,
        account=scene.account,
        as_of=scene.now,
        timezone=scene.policy.timezone,
        contact=entry.identity,
        source=None,
        present=entry.declaration.present,
        action=entry.action,
        managed=_managed(entry.declaration, scene.policy),
        items=tuple(items),
        next=_nearest(one.turn for one in items if one.turn is not None),
        untold=_unread_facets(entry.live),
    )


def _unread_facets(live: Contact | None) -> tuple[Facet, ...]:
    sets = (Facet.ROLES, Facet.TAGS)
    return tuple(facet for facet in sets if live is not None and getattr(live.state, facet.value) is None)


def _order(one: ExplainedItem) -> tuple[int, int, str]:
    return _PARTS.index(one.facet), _FATES.index(one.fate), one.item


def _refused(entry: ContactPlan, scene: PlanContext) -> tuple[Verdict, ...]:
    verdicts = evaluate(GuardInput([entry], 1, scene.policy, UNKNOWN_FACTS, scene.now))
    refused = (verdict for verdict in verdicts if not verdict.passed)
    return tuple(verdict for verdict in refused if guard_named(verdict.guard).per_contact)


def _managed(declaration: Declaration, policy: Policy) -> dict[Facet, FacetManagement]:
    own = dict(declaration.modes)
    modes = {
        facet: FacetManagement(own.get(facet, policy.mode(facet)), facet in own)
        for facet in (Facet.ROLES, Facet.TAGS)
    }
    managed = [facet for facet in MANAGED if getattr(declaration, facet.value) is not None]
    return {facet: modes.get(facet, FacetManagement(None)) for facet in managed}


def _nearest(boundaries: Iterable[Boundary]) -> Boundary | None:
    return min(boundaries, key=lambda boundary: (boundary.at, boundary.starts, boundary.item), default=None)


@dataclass(frozen=True, slots=True)
class _ExplainedItems:
    """Everything that the declaration or the account has of one contact, by part and item."""

    entry: ContactPlan
    now: datetime
    live: Mapping[ItemKey, Value]
    target: Mapping[ItemKey, Value]
    steps: Mapping[ItemKey, Operation]
    declared: Mapping[ItemKey, DeclaredItem]

    @classmethod
    def of(cls, entry: ContactPlan, now: datetime) -> "_ExplainedItems":
        return cls(
            entry,
            now,
            items_of(_shown(entry)),
            items_of(entry.folded.target),
            {(step.facet, step.item): step for step in entry.operations},
            {(facet, _same(facet, name)): item for facet, name, item in declared_items(entry.declaration)},
        )

    def explained(self) -> Iterator[ExplainedItem]:
        for facet, item in {*self.live, *self.target, *self.steps, *self.entry.folded.origins}:
            yield self._explained(facet, item)

    def _explained(self, facet: Facet, item: str) -> ExplainedItem:
        key = facet, item
        step, origin = self.steps.get(key), self._origin(facet, item)
        declared = self.declared.get((facet, _same(facet, item)))
        fate = self._fate(key, origin)
        return ExplainedItem(
            facet=facet,
            item=item,
            fate=fate,
            live=self.live.get(key),
            target=self._target(key, origin),
            origin=origin,
            operation=None if fate is Effect.NONE else step,
            window=declared.window if declared else OPEN,
            passed_over=self._passed_over(facet, item),
            turn=self._turn(facet, item, declared),
            told=self._told(key),
        )

    def _target(self, key: ItemKey, origin: Origin) -> Value:
        if origin.kind is OriginKind.UNMANAGED:
            return self.live.get(key)
        step = self.steps.get(key)
        return step.after if step else self.target.get(key)

    def _origin(self, facet: Facet, item: str) -> Origin:
        step = self.steps.get((facet, item))
        found = step.origin if step else self.entry.folded.origins.get((facet, item))
        if found is not None:
            return found
        if getattr(self.entry.declaration, facet.value) is None:
            return Origin(OriginKind.UNMANAGED)
        return Origin(OriginKind.EXPIRED if facet is Facet.ROLES else OriginKind.INHERITED)

    def _fate(self, key: ItemKey, origin: Origin) -> Effect:
        if self._would_be_guessed(key):
            return Effect.NONE
        if key in self.steps:
            return Effect(self.steps[key].action.value)
        if origin.kind is OriginKind.UNMANAGED:
            return Effect.NONE
        # A field that is declared empty and is empty stays as it is, too.
        return Effect.KEEP if key in self.target or key[0] in _FIELDS else Effect.NONE

    def _passed_over(self, facet: Facet, item: str) -> tuple[DeclaredItem, ...]:
        wanted = facet, _same(facet, item)
        return tuple(one for one in self.entry.declaration.passed_over if _key(one) == wanted)

    def _turn(self, facet: Facet, item: str, declared: DeclaredItem | None) -> Boundary | None:
        if declared is not None:
            boundaries = boundaries_of(self.entry.declaration, item, declared)
            return _nearest(boundary for boundary in boundaries if boundary.at > self.now)
        held = self.live.get((facet, item))
        stays = (facet, item) not in self.steps
        if stays and isinstance(held, Grant) and held.expires and held.held(self.now):
            return Boundary(held.expires, starts=False, item=item, contact=self.entry.label)
        return None

    def _would_be_guessed(self, key: ItemKey) -> bool:
        """True for what a plan refuses to touch, because the account does not tell how it is now."""
        facet, item = key
        declared = (facet, _same(facet, item)) in self.declared
        return not self._told(key) and (not self._read(facet) or (declared and key in self.target))

    def _told(self, key: ItemKey) -> bool:
        held = self.live.get(key)
        return self._read(key[0]) and not (isinstance(held, Grant) and not held.readable)

    def _read(self, facet: Facet) -> bool:
        live = self.entry.live
        return live is None or facet is Facet.CONTACT or getattr(live.state, facet.value) is not None


def _shown(entry: ContactPlan) -> State:
    """The live roles and tags, managed or not, and the fields that are managed."""
    live = entry.live.state if entry.live else EMPTY_STATE
    return replace(managed_part(entry.declaration, live), roles=live.roles, tags=live.tags)


def _key(item: DeclaredItem) -> ItemKey:
    if isinstance(item, DeclaredGrant):
        return Facet.ROLES, item.reference
    return Facet.TAGS, tag_key(item.value)


def _same(facet: Facet, item: str) -> str:
    """What makes two items of a part the same."""
    return tag_key(item) if facet is Facet.TAGS else item
