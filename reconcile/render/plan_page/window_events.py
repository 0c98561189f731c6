"""The starts and ends of windows that a plan knows of, for the days to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconcile.model.contact import Grant
from reconcile.model.facets import SETS, Facet
from reconcile.model.plan import Change, Kept, Operation, OriginKind, Plan, Value

DAYS_AHEAD = 90
"""Days from the plan's clock on."""


@dataclass(frozen=True, slots=True)
class WindowEvent:
    """A window that starts or lapses.

    ``change`` is the index of the contact's change in the plan; None for a contact that the plan does not
    change. ``facet`` is None where it is not known.
    """

    at: datetime
    starts: bool
    facet: Facet | None
    item: str
    change: int | None


def window_events(plan: Plan) -> list[WindowEvent]:
    """The events within 90 days of the plan's clock, for the contacts as they will be once it is applied.

    A plan knows the windows of its own contacts and the one that ends it.
    """
    until = plan.as_of + timedelta(days=DAYS_AHEAD)
    return sorted(
        {event for event in _events(plan) if plan.as_of < event.at <= until},
        key=lambda event: (event.at, event.starts, event.item, event.change is None, event.change or 0),
    )


def _events(plan: Plan) -> Iterator[WindowEvent]:
    facets: dict[str, Facet | None] = {}
    for index, change in enumerate(plan.changes):
        for event in _events_of_change(index, change):
            facets[event.item] = event.facet
            yield event
    boundary = plan.valid_until
    if boundary and not any(change.is_called(boundary.contact) for change in plan.changes):
        # A boundary does not say whether its item is a role or a tag; the same item of another contact does.
        yield WindowEvent(boundary.at, boundary.starts, facets.get(boundary.item), boundary.item, None)


def _events_of_change(index: int, change: Change) -> Iterator[WindowEvent]:
    for operation in change.operations:
        if operation.origin.kind is OriginKind.NOT_STARTED and operation.origin.at:
            yield _event(operation.origin.at, operation, index, starts=True)
        elif end := _end(operation, operation.after):
            yield _event(end, operation, index, starts=False)
    for kept in change.kept:
        if end := _end(kept, kept.value):
            yield _event(end, kept, index, starts=False)


def _event(at: datetime, item: Operation | Kept, index: int, *, starts: bool) -> WindowEvent:
    return WindowEvent(at, starts=starts, facet=item.facet, item=item.item, change=index)


def _end(item: Operation | Kept, value: Value) -> datetime | None:
    """When an item's window ends: a role's grant has its own expiry, a tag only that of its declaration."""
    if isinstance(value, Grant):
        return value.expires
    return item.origin.at if value is not None and item.facet in SETS else None
