"""The windows that are declared: when something starts or lapses, and whose it is. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from reconcile.clock import LATEST
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.facets import Facet
from reconcile.model.plan import Boundary, Origin, OriginKind, PlanContext
from reconcile.model.problem import Place
from reconcile.model.timeline import Timeline, UpcomingChange

DeclaredItem = DeclaredGrant | DeclaredTag
"""A declared role or tag."""


def next_boundary(declarations: Iterable[Declaration], now: datetime) -> Boundary | None:
    """The next instant at which any declared window starts or lapses: until then the plan holds."""
    ahead = (boundary for boundary in boundaries(declarations) if boundary.at > now)
    return min(ahead, key=lambda boundary: (boundary.at, boundary.contact, boundary.item), default=None)


def boundaries(declarations: Iterable[Declaration]) -> Iterator[Boundary]:
    """Every instant at which a declared window starts or lapses."""
    for declaration in declarations:
        for _, name, item in declared_items(declaration):
            yield from boundaries_of(declaration, name, item)


def boundaries_of(declaration: Declaration, name: str, item: DeclaredItem) -> Iterator[Boundary]:
    """The instants at which the window of one item starts and lapses."""
    window = item.window
    if window.starts is not None:
        yield Boundary(window.starts, starts=True, item=name, contact=declaration.label)
    if window.expires is not None:
        yield Boundary(window.expires, starts=False, item=name, contact=declaration.label)


def declared_items(declaration: Declaration) -> Iterator[tuple[Facet, str, DeclaredItem]]:
    """The declared roles and tags of a contact, with their names."""
    yield from ((Facet.ROLES, grant.reference, grant) for grant in declaration.roles or ())
    yield from ((Facet.TAGS, tag.value, tag) for tag in declaration.tags or ())


def build_timeline(declarations: Iterable[Declaration], scene: PlanContext, days: int) -> Timeline:
    """What starts and lapses within so many days after the scene's clock, sorted by instant.

    An item that a contact overrides counts with the contact's own window, one of a bundle once for each
    contact that has the bundle. What happens at the clock's own instant has happened already.
    """
    until = _later(scene.now, days)
    found = sorted(_upcoming(declarations, scene.now, until), key=_order)
    return Timeline(
        tool_version=scene.tool_version,
        target=scene.target,
        as_of=scene.now,
        until=until,
        days=days,
        timezone=scene.policy.timezone,
        contacts=len({one.contact.place for one in found}),
        coming=tuple(found),
    )


def _later(now: datetime, days: int) -> datetime:
    return now + min(timedelta(days=days), LATEST - now)


def _upcoming(
    declarations: Iterable[Declaration], now: datetime, until: datetime
) -> Iterator[UpcomingChange]:
    for declaration in declarations:
        for facet, name, item in declared_items(declaration):
            for boundary in boundaries_of(declaration, name, item):
                if now < boundary.at <= until:
                    yield UpcomingChange(boundary, facet, item.window, _origin(item, boundary), declaration)


def _origin(item: DeclaredItem, boundary: Boundary) -> Origin:
    why = OriginKind.BUNDLE if item.bundle else OriginKind.DECLARED
    return Origin(why, item.bundle, item.place, item.reason, boundary.at)


def _order(one: UpcomingChange) -> tuple[datetime, bool, str, str, str, Place]:
    """At one instant what lapses comes first: the day whose end it is comes before the day that begins."""
    at = one.boundary
    return at.at, at.starts, one.facet.value, at.item, at.contact, one.contact.place
