"""Who is set aside: since when, whether anybody has seen it before, and which revocations stay open."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from reconcile.model.baseline import EntryKey, ResolvedForm
from reconcile.model.contact import Identity
from reconcile.model.declaration import Declaration
from reconcile.model.facets import Facet
from reconcile.model.plans.change import SetAside
from reconcile.model.plans.plan import PlanContext

from .digest import resolved_digest
from .matching.doubts import DoubtfulMatch

MOST_ODD = 5
"""Maximum number of contacts that can't be read, then it is trouble if they are more than half of all."""


def is_trouble(unread: int, asked: int) -> bool:
    """True where so many contacts can't be read that the account is to blame, and not some odd ones."""
    return unread > MOST_ODD and 2 * unread > asked


def set_aside(
    declaration: Declaration,
    contact: Identity,
    reason: str,
    context: PlanContext,
    revocations: Iterable[str] = (),
) -> SetAside:
    """A declaration as one that is set aside, with what the record and the baseline say of it."""
    open_roles = tuple(revocations)
    return SetAside(
        contact=contact,
        source=declaration.place,
        reason=reason,
        revocations=open_roles,
        since=set_aside_since(declaration, context, open_roles),
        new=_is_new(declaration, context),
    )


def set_aside_since(
    declaration: Declaration, context: PlanContext, revocations: Collection[str] = ()
) -> datetime | None:
    """Since when the record has the very same declaration set aside; None when it does not.

    Nor where one of the revocations that stay open is none of those that it tells of.
    """
    entry = context.remembered.entry(declaration.key)
    if entry is None or entry.set_aside is None or not set(entry.revocations).issuperset(revocations):
        return None
    return entry.set_aside if entry.resolved == resolved_digest(declaration, context.policy) else None


def _is_new(declaration: Declaration, context: PlanContext) -> bool:
    baseline = context.baseline
    resolved = resolved_digest(declaration, context.policy)
    return baseline is None or not baseline.knows(declaration.key, resolved)


def set_aside_match(match: DoubtfulMatch, context: PlanContext) -> SetAside:
    """A declaration as set aside of which it is not sure who is meant; who is gone holds nothing."""
    revocations = () if match.gone else _revocations_by_record(match.declaration, context)
    return set_aside(match.declaration, match.named, match.reason, context, revocations)


def _revocations_by_record(declaration: Declaration, context: PlanContext) -> tuple[str, ...]:
    """The roles that an entry gave before and takes now, where nobody can look what its contact holds."""
    if not declaration.manages(Facet.ROLES):
        return ()
    kept = {grant.reference for grant in declaration.roles or ()}
    given = set(_roles_before(declaration.key, context))
    return tuple(sorted(given - kept))


def _roles_before(key: EntryKey, context: PlanContext) -> Iterator[str]:
    """What the record says, else the base, of the roles that the entry's contact has by it."""
    recorded = context.remembered.entry(key)
    based = context.baseline.entries.get(key) if context.baseline else None
    yield from recorded.revocations if recorded else ()
    for entry in (recorded, based):
        yield from _open_roles(entry.form, context.now) if entry and entry.form else ()


def _open_roles(form: ResolvedForm, now: datetime) -> Iterator[str]:
    items = (item for item in form.items if item.facet is Facet.ROLES)
    return (item.name for item in items if item.window.contains(now))
