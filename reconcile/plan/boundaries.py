"""The boundaries of declared windows: when something starts or lapses, and whose it is."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from reconcile.model import Boundary, Declaration, DeclaredGrant, DeclaredTag, Part

Item = DeclaredGrant | DeclaredTag
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


def boundaries_of(declaration: Declaration, name: str, item: Item) -> Iterator[Boundary]:
    """The instants at which the window of one item starts and lapses."""
    window = item.window
    if window.starts is not None:
        yield Boundary(window.starts, starts=True, item=name, contact=declaration.label)
    if window.expires is not None:
        yield Boundary(window.expires, starts=False, item=name, contact=declaration.label)


def declared_items(declaration: Declaration) -> Iterator[tuple[Part, str, Item]]:
    """The declared roles and tags of a contact, with their names."""
    yield from ((Part.ROLES, grant.reference, grant) for grant in declaration.roles or ())
    yield from ((Part.TAGS, tag.value, tag) for tag in declaration.tags or ())
