"""Why a contact holds what it holds, what an apply now would do, and when that next changes. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reconcile.clock import OPEN
from reconcile.model.contact import Contact, Grant, State
from reconcile.model.declaration import Declaration, DeclaredItem
from reconcile.model.facets import FIELDS, RANK, SETS, Facet, ItemKey, item_key
from reconcile.model.guards import Verdict, guard_named
from reconcile.model.plans.operation import Operation, Origin, OriginKind, Value
from reconcile.model.plans.plan import Boundary, PlanContext
from reconcile.model.problem import Place
from reconcile.model.reports.explanation import Effect, ExplainedItem, Explanation, FacetManagement
from reconcile.model.settings import Policy

from .contact_plan import EMPTY_STATE, ContactPlan, plan_contact
from .diff import items_of
from .fold import managed_part
from .guards.allowances import Overrides
from .guards.checks import evaluate
from .guards.facts import UNKNOWN_FACTS, GuardInput
from .matching.doubts import DoubtfulMatch
from .matching.matches import Matches
from .schedule.scheduled import schedule_of
from .schedule.timeline import boundaries_of, declared_items

_EFFECTS = [Effect.ADD, Effect.CHANGE, Effect.REMOVE, Effect.KEEP, Effect.NONE]


def explain_contact(declaration: Declaration, live: Contact | None, context: PlanContext) -> Explanation:
    """What a declaration means for its live contact (None: to be created), item by item."""
    contact = plan_contact(declaration, live, context)
    explanation = _explanation(contact, context)
    return replace(explanation, source=declaration.place, refused=_refused(contact, context))


def explain_set_aside(match: DoubtfulMatch, context: PlanContext) -> Explanation:
    """Why a plan sets a declaration aside; what its contact holds is not looked at."""
    contact = plan_contact(match.declaration, None, context)
    explanation = _explanation(replace(contact, unsafe=(match.reason,)), context)
    explanation = replace(explanation, contact=match.named, source=match.declaration.place, action=None)
    return replace(explanation, items=(), next=None)


def explain_undeclared_contact(live: Contact, context: PlanContext) -> Explanation:
    """What a contact holds that no declaration is about: nothing of it is managed."""
    return _explanation(plan_contact(Declaration(Place("")), live, context), context)


def _explanation(contact: ContactPlan, context: PlanContext) -> Explanation:
    items = sorted(_ExplainedItems.of(contact, context.now).explained(), key=_order)
    return Explanation(
        tool_version=context.tool_version,
        target=context.target,
        account=context.account,
        as_of=context.now,
        timezone=context.policy.timezone,
        contact=contact.identity,
        source=None,
        present=contact.declaration.present,
        action=contact.action,
        managed=_managed(contact.declaration, context.policy),
        items=tuple(items),
        next=_nearest(item.next for item in items if item.next is not None),
        untold=_unread_sets(contact.live),
        set_aside="; ".join(contact.unsafe),
    )


def _unread_sets(live: Contact | None) -> tuple[Facet, ...]:
    return tuple(facet for facet in SETS if live is not None and not live.state.has(facet))


def _order(item: ExplainedItem) -> tuple[int, int, str]:
    return RANK[item.facet], _EFFECTS.index(item.effect), item.item


def _refused(contact: ContactPlan, context: PlanContext) -> tuple[Verdict, ...]:
    resting = contact.at_rest()
    schedule = schedule_of([resting], Matches((), (), ()), context)
    guard_input = GuardInput(
        [resting],
        1,
        context.policy,
        UNKNOWN_FACTS,
        context.now,
        scheduled=schedule.scheduled,
        foreseen=schedule.foreseen,
    )
    verdicts = evaluate(guard_input, Overrides.of(context)).verdicts
    refused = (verdict for verdict in verdicts if verdict.refuses)
    return tuple(verdict for verdict in refused if guard_named(verdict.guard).per_contact)


def _managed(declaration: Declaration, policy: Policy) -> dict[Facet, FacetManagement]:
    modes = {facet: policy.mode_for(declaration, facet) for facet in SETS}
    sets = {
        facet: FacetManagement(mode.mode, mode.by_contact, mode.authoritative)
        for facet, mode in modes.items()
    }
    return {facet: sets.get(facet, FacetManagement(None)) for facet in declaration.managed}


def _nearest(boundaries: Iterable[Boundary]) -> Boundary | None:
    return min(boundaries, key=lambda boundary: (boundary.at, boundary.starts, boundary.item), default=None)


def _same(key: ItemKey) -> ItemKey:
    """What makes two items the same: a tag may be declared in another spelling than it is held in."""
    facet, item = key
    return facet, item_key(facet, item)


@dataclass(frozen=True, slots=True)
class _ExplainedItems:
    """Everything that the declaration or the account has of one contact, by item."""

    contact: ContactPlan
    now: datetime
    live: Mapping[ItemKey, Value]
    target: Mapping[ItemKey, Value]
    operations: Mapping[ItemKey, Operation]
    declared: Mapping[ItemKey, DeclaredItem]
    origins: Mapping[ItemKey, Origin]

    @classmethod
    def of(cls, contact: ContactPlan, now: datetime) -> "_ExplainedItems":
        folded = contact.folded
        return cls(
            contact,
            now,
            items_of(_shown(contact)),
            items_of(folded.target),
            {(operation.facet, operation.item): operation for operation in contact.operations},
            {item.key: item for _, item in declared_items(contact.declaration)},
            folded.origins,
        )

    def explained(self) -> Iterator[ExplainedItem]:
        for key in {*self.live, *self.target, *self.operations, *self.origins}:
            yield self._explained(key)

    def _explained(self, key: ItemKey) -> ExplainedItem:
        facet, item = key
        origin, declared = self._origin(key), self.declared.get(_same(key))
        effect = self._effect(key, origin)
        return ExplainedItem(
            facet=facet,
            item=item,
            effect=effect,
            live=self.live.get(key),
            target=self._target(key, origin),
            origin=origin,
            operation=None if effect is Effect.NONE else self.operations.get(key),
            window=declared.window if declared else OPEN,
            passed_over=self._passed_over(key),
            next=self._next(key, declared),
            told=self._is_told_whole(key),
        )

    def _target(self, key: ItemKey, origin: Origin) -> Value:
        if origin.kind in {OriginKind.UNMANAGED, OriginKind.INHERITED}:
            return self.live.get(key)
        operation = self.operations.get(key)
        return operation.after if operation else self.target.get(key)

    def _origin(self, key: ItemKey) -> Origin:
        operation = self.operations.get(key)
        origin = operation.origin if operation else self.origins.get(key)
        if origin is not None:
            return origin
        facet, _ = key
        if not self.contact.declaration.manages(facet):
            return Origin(OriginKind.UNMANAGED)
        return Origin(OriginKind.EXPIRED if facet in SETS else OriginKind.INHERITED)

    def _effect(self, key: ItemKey, origin: Origin) -> Effect:
        if self._would_be_guessed(key):
            return Effect.NONE
        if key in self.operations:
            step = self.operations[key]
            return Effect.NONE if self.contact.set_aside_reason else Effect(step.action.value)
        if origin.kind is OriginKind.UNMANAGED:
            return Effect.NONE
        # A field that is declared empty and is empty stays as it is, too.
        return Effect.KEEP if key in self.target or key[0] in FIELDS else Effect.NONE

    def _passed_over(self, key: ItemKey) -> tuple[DeclaredItem, ...]:
        return tuple(item for item in self.contact.declaration.passed_over if item.key == _same(key))

    def _next(self, key: ItemKey, declared: DeclaredItem | None) -> Boundary | None:
        _, item = key
        if declared is not None:
            boundaries = boundaries_of(self.contact.declaration, item, declared)
            return _nearest(boundary for boundary in boundaries if boundary.at > self.now)
        held, stays = self.live.get(key), key not in self.operations
        if stays and isinstance(held, Grant) and held.expires and held.held(self.now):
            return Boundary(held.expires, starts=False, item=item, contact=self.contact.label)
        return None

    def _would_be_guessed(self, key: ItemKey) -> bool:
        """True for what a plan refuses to touch, because the account does not tell how it is now."""
        if self._is_told_whole(key):
            return False
        return not self._was_read(key[0]) or (_same(key) in self.declared and key in self.target)

    def _is_told_whole(self, key: ItemKey) -> bool:
        held = self.live.get(key)
        return self._was_read(key[0]) and not (isinstance(held, Grant) and not held.readable)

    def _was_read(self, facet: Facet) -> bool:
        live = self.contact.live
        return live is None or facet is Facet.CONTACT or live.state.has(facet)


def _shown(contact: ContactPlan) -> State:
    """The live items of all sets, managed or not, and the fields that are managed."""
    live = contact.live.state if contact.live else EMPTY_STATE
    sets = {facet.value: getattr(live, facet.value) for facet in SETS}
    return replace(managed_part(contact.declaration, live), **sets)
