"""The timeline of declared windows, from the declarations alone. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from reconcile.clock import LATEST
from reconcile.model import Boundary, Coming, Declaration, Origin, Place, Timeline, Why

from .boundaries import Item, boundaries_of, declared_items
from .planner import Scene


def timeline(declarations: Iterable[Declaration], scene: Scene, days: int) -> Timeline:
    """What starts and lapses within so many days after the scene's clock, sorted by instant.

    An item that a contact overrides counts with the contact's own window, one of a bundle once for each
    contact that has the bundle. What happens at the clock's own instant has happened already.
    """
    until = _later(scene.now, days)
    found = sorted(_coming(declarations, scene.now, until), key=_order)
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


def _coming(declarations: Iterable[Declaration], now: datetime, until: datetime) -> Iterator[Coming]:
    for declaration in declarations:
        for part, name, item in declared_items(declaration):
            for boundary in boundaries_of(declaration, name, item):
                if now < boundary.at <= until:
                    yield Coming(boundary, part, item.window, _origin(item, boundary), declaration)


def _origin(item: Item, boundary: Boundary) -> Origin:
    why = Why.BUNDLE if item.bundle else Why.DECLARED
    return Origin(why, item.bundle, item.place, item.reason, boundary.at)


def _order(one: Coming) -> tuple[datetime, bool, str, str, str, Place]:
    """At one instant what lapses comes first: the day whose end it is comes before the day that begins."""
    at = one.boundary
    return at.at, at.starts, one.part.value, at.item, at.contact, one.contact.place
