"""The declared windows: when each one starts and lapses, of which item, for whom. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from reconcile.clock import later
from reconcile.model.declaration import Declaration, DeclaredItem
from reconcile.model.facets import RANK, SETS, Facet
from reconcile.model.plans.operation import Origin, OriginKind
from reconcile.model.plans.plan import Boundary, PlanContext
from reconcile.model.problem import Place
from reconcile.model.reports.timeline import Timeline, UpcomingChange


def next_boundary(declarations: Iterable[Declaration], now: datetime) -> Boundary | None:
    """The next instant at which any declared window starts or lapses: until then the plan holds."""
    timed = [(entry, instants) for entry in declarations if (instants := _instants(entry))]
    soonest = min((at for _, instants in timed for at in instants if at > now), default=None)
    ahead = (
        (facet, boundary)
        for declaration in (entry for entry, instants in timed if soonest in instants)
        for facet, item in declared_items(declaration)
        for boundary in boundaries_of(declaration, item.name, item)
        if boundary.at == soonest
    )
    return min(ahead, key=_order_of_boundary, default=(None, None))[1]


def _instants(declaration: Declaration) -> list[datetime]:
    """When the declared windows of a contact start and lapse."""
    windows = [item.window for facet in SETS for item in declaration.items(facet)]
    return [at for window in windows for at in (window.starts, window.expires) if at is not None]


def _order_of_boundary(ahead: tuple[Facet, Boundary]) -> tuple[datetime, bool, str, int, str]:
    facet, boundary = ahead
    return boundary.at, boundary.starts, boundary.contact, RANK[facet], boundary.item


def boundaries_of(declaration: Declaration, name: str, item: DeclaredItem) -> Iterator[Boundary]:
    """The instants at which the window of one item starts and lapses."""
    window = item.window
    if window.starts is not None:
        yield Boundary(window.starts, starts=True, item=name, contact=declaration.label)
    if window.expires is not None:
        yield Boundary(window.expires, starts=False, item=name, contact=declaration.label)


def declared_items(declaration: Declaration) -> Iterator[tuple[Facet, DeclaredItem]]:
    """The declared items of all sets of a contact."""
    yield from ((facet, item) for facet in SETS for item in declaration.items(facet))


def build_timeline(declarations: Iterable[Declaration], context: PlanContext, days: int) -> Timeline:
    """What starts and lapses within a number of days after the context's clock, sorted by instant.

    An item that a contact overrides counts with the contact's own window, one of a bundle once for each
    contact that has the bundle. What happens at the clock's own instant has happened already.
    """
    until = later(context.now, timedelta(days=days))
    upcoming = sorted(_upcoming(declarations, context.now, until), key=_order)
    return Timeline(
        tool_version=context.tool_version,
        target=context.target,
        as_of=context.now,
        until=until,
        days=days,
        timezone=context.policy.timezone,
        contacts=len({id(change.contact) for change in upcoming}),
        upcoming=tuple(upcoming),
    )


def _upcoming(
    declarations: Iterable[Declaration], now: datetime, until: datetime
) -> Iterator[UpcomingChange]:
    for declaration in declarations:
        for facet, item in declared_items(declaration):
            for boundary in boundaries_of(declaration, item.name, item):
                if now < boundary.at <= until:
                    origin = declared_origin(item, boundary.at)
                    yield UpcomingChange(boundary, facet, item.window, origin, declaration)


def declared_origin(item: DeclaredItem, at: datetime | None) -> Origin:
    """Which line or bundle gives an item, and the boundary of its window that matters."""
    kind = OriginKind.BUNDLE if item.bundle else OriginKind.DECLARED
    return Origin(kind, item.bundle, item.place, item.reason, at)


def _order(change: UpcomingChange) -> tuple[datetime, bool, str, str, str, Place]:
    """At one instant what lapses comes first: the day whose end it is comes before the day that begins."""
    boundary = change.boundary
    return (
        boundary.at,
        boundary.starts,
        change.facet.value,
        boundary.item,
        boundary.contact,
        change.contact.place,
    )
