"""What contacts hold after a plan and lose soon, by the clock alone. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from reconcile.clock import later
from reconcile.model.contact import Grant, email_key, item_name
from reconcile.model.facets import RANK, SETS, Facet
from reconcile.model.plans.operation import OriginKind
from reconcile.model.plans.plan import PlanContext
from reconcile.model.plans.schedule import SOON_DAYS, Lapsing
from reconcile.plan.contact_plan import ContactPlan
from reconcile.plan.fold import Folded


def lapsing_soon(contacts: Iterable[ContactPlan], context: PlanContext) -> tuple[Lapsing, ...]:
    """The items of managed sets that end within ``SOON_DAYS`` after the context's clock, soonest first.

    Those count, too, that an ignore pattern or additive mode keeps with an end of their own. What the plan
    gives or changes tells its end itself, and a grant that opens nothing is no loss. A plan of what is due
    alone names nothing of it.
    """
    if context.due:
        return ()
    until = later(context.now, timedelta(days=SOON_DAYS))
    rows = (row for contact in contacts for row in _of_contact(contact, context.now, until))
    return tuple(sorted(rows, key=_order_of_end))


def _of_contact(contact: ContactPlan, now: datetime, until: datetime) -> Iterator[Lapsing]:
    if not any(now < expires <= until for expires in _all_ends(contact)):
        return
    folded = contact.folded
    for facet, item, expires in _ends(folded):
        if now < expires <= until and _is_kept_and_opens(contact, facet, item, now):
            origin = folded.origins[facet, item]
            yield Lapsing(contact.identity, contact.declaration.place, facet, item, expires, origin)


def _all_ends(contact: ContactPlan) -> Iterator[datetime]:
    """Every end that an item of the target may have: one that is declared or that a live grant has."""
    for facet in SETS:
        for declared in contact.declaration.items(facet):
            if declared.window.expires is not None:
                yield declared.window.expires
    for grant in contact.live.state.roles or () if contact.live is not None else ():
        if grant.expires is not None:
            yield grant.expires


def _is_kept_and_opens(contact: ContactPlan, facet: Facet, item: str, now: datetime) -> bool:
    given = any((step.facet, step.item) == (facet, item) for step in contact.operations)
    return not given and (facet is not Facet.ROLES or item in contact.held_after(now))


def _ends(folded: Folded) -> Iterator[tuple[Facet, str, datetime]]:
    """When items end: a role as its grant says, a tag as its declaration does."""
    for facet in SETS:
        for item in folded.target.items(facet):
            name = item_name(item)
            if isinstance(item, Grant):
                expires = item.expires
            else:
                origin = folded.origins[facet, name]
                declared = origin.kind in {OriginKind.DECLARED, OriginKind.BUNDLE}
                expires = origin.at if declared else None
            if expires is not None:
                yield facet, name, expires


def _order_of_end(row: Lapsing) -> tuple[datetime, str, str, str, int, str]:
    contact = row.contact
    who = email_key(contact.email), contact.reference or "", contact.id
    return row.expires, *who, RANK[row.facet], row.item
