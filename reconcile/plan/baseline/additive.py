"""What additive mode keeps of declared contacts, and ``manage: authoritative`` would revoke today."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from reconcile.model.baseline import AdditiveHolder, AdditiveItem
from reconcile.model.contact import Grant, Identity, Item, item_name
from reconcile.model.declaration import Declaration, Mode
from reconcile.model.facets import RANK, SETS, Facet, ItemKey, item_key
from reconcile.model.plans.operation import Action, OriginKind
from reconcile.model.plans.plan import PlanContext
from reconcile.plan.contact_plan import ContactPlan, plan_contact
from reconcile.plan.fold import Folded

_ALL_AUTHORITATIVE: dict[str, Any] = dict.fromkeys(SETS, Mode.AUTHORITATIVE)


def would_revoke(contacts: Iterable[ContactPlan], context: PlanContext) -> tuple[AdditiveItem, ...]:
    """What the configuration's additive mode keeps, those items first that most contacts hold.

    Without additive mode nothing is looked at. What is ignored, what a contact's own entry keeps, and what no
    write could take for sure is not among it.
    """
    if all(context.policy.mode(facet) is Mode.AUTHORITATIVE for facet in SETS):
        return ()
    authoritative = replace(context, policy=replace(context.policy, **_ALL_AUTHORITATIVE))
    held: defaultdict[ItemKey, _ItemHolders] = defaultdict(_ItemHolders)
    for contact in contacts:
        for facet, item in _revoked(contact, authoritative):
            held[facet, item_key(facet, item_name(item))].add(contact.identity, item)
    return tuple(sorted((holders.item(facet) for (facet, _), holders in held.items()), key=_order))


def _revoked(contact: ContactPlan, authoritative: PlanContext) -> Iterable[tuple[Facet, Item]]:
    """What would go beyond what the plan takes; planned anew where a write might set the contact aside."""
    if not may_keep_more(contact):
        return ()
    folded = contact.folded
    kept = [key for key, origin in folded.origins.items() if origin.kind is OriginKind.ADDITIVE]
    if not kept:
        return ()
    if contact.surely_writable:
        return _kept(folded, contact.declaration, {facet for facet, _ in kept})
    return _further_revocations(contact, authoritative)


def may_keep_more(contact: ContactPlan) -> bool:
    """Whether a contact may keep an item that its declaration does not say.

    A settled one holds what is declared with an open window, item by item: it keeps more only if it holds
    more items than that.
    """
    if not contact.settled or contact.live is None:
        return True
    declaration, state = contact.declaration, contact.live.state
    return any(
        len(state.items(facet)) > sum(item.window.contains(contact.context.now) for item in items)
        for facet in SETS
        for items in [declaration.items(facet)]
        if declaration.manages(facet)
    )


def _kept(
    folded: Folded, declaration: Declaration, facets: Collection[Facet]
) -> Iterator[tuple[Facet, Item]]:
    origins, own = folded.origins, dict(declaration.modes)
    for facet in SETS:
        for item in folded.target.items(facet) if facet in facets and facet not in own else ():
            if origins[facet, item_name(item)].kind is OriginKind.ADDITIVE:
                yield facet, item


def _further_revocations(contact: ContactPlan, authoritative: PlanContext) -> Iterator[tuple[Facet, Item]]:
    own = {(step.facet, step.item) for step in contact.operations if step.action is Action.REMOVE}
    for step in plan_contact(contact.declaration, contact.live, authoritative).at_rest().operations:
        taken = step.facet in SETS and step.action is Action.REMOVE
        if taken and step.before is not None and (step.facet, step.item) not in own:
            yield step.facet, step.before


def _order(item: AdditiveItem) -> tuple[int, int, str]:
    return RANK[item.facet], -len(item.holders), item.item


@dataclass(slots=True)
class _ItemHolders:
    """Who holds an item, and in which spellings: a tag may have several, on one contact, too."""

    spellings: Counter[str] = field(default_factory=Counter)
    holders: dict[str, AdditiveHolder] = field(default_factory=dict)

    def add(self, contact: Identity, item: Item) -> None:
        """Note that a contact holds it."""
        status = item.status if isinstance(item, Grant) and not item.opens else None
        self.spellings[item_name(item)] += 1
        self.holders.setdefault(contact.id, AdditiveHolder(contact, status))

    def item(self, facet: Facet) -> AdditiveItem:
        """The item as most contacts spell it."""
        spelling = min(self.spellings, key=lambda name: (-self.spellings[name], name))
        return AdditiveItem(facet, spelling, tuple(self.holders.values()))
