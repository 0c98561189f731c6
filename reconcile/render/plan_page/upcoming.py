"""The windows that a plan knows of: what starts and lapses in the days to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconcile.model.contact import Grant
from reconcile.model.facets import Facet
from reconcile.model.plan import Change, Kept, Operation, OriginKind, Plan, Value

DAYS_AHEAD = 90


@dataclass(frozen=True, slots=True)
class WindowEvent:
    """A window that starts or lapses. ``change`` counts the plan's changes from 0; None: not in it."""

    at: datetime
    starts: bool
    facet: Facet | None
    item: str
    change: int | None


def upcoming_windows(plan: Plan) -> list[WindowEvent]:
    """What starts and lapses within 90 days of the plan's clock, as the contacts will be once it is applied.

    A plan knows the windows of its own contacts and the one that ends it.
    """
    until = plan.as_of + timedelta(days=DAYS_AHEAD)
    return sorted(
        {event for event in _events(plan) if plan.as_of < event.at <= until},
        key=lambda event: (event.at, event.starts, event.item, event.change is None, event.change or 0),
    )


def _events(plan: Plan) -> Iterator[WindowEvent]:
    parts: dict[str, Facet | None] = {}
    for index, change in enumerate(plan.changes):
        for event in _of(index, change):
            parts[event.item] = event.facet
            yield event
    boundary = plan.valid_until
    if boundary and not any(change.is_called(boundary.contact) for change in plan.changes):
        # A boundary does not tell whether it is of a role or a tag; a contact of the plan may.
        yield WindowEvent(boundary.at, boundary.starts, parts.get(boundary.item), boundary.item, None)


def _of(index: int, change: Change) -> Iterator[WindowEvent]:
    for step in change.operations:
        if step.origin.kind is OriginKind.NOT_STARTED and step.origin.at:
            yield WindowEvent(step.origin.at, starts=True, facet=step.facet, item=step.item, change=index)
        elif lapse := _lapse(step, step.after):
            yield WindowEvent(lapse, starts=False, facet=step.facet, item=step.item, change=index)
    for kept in change.kept:
        if lapse := _lapse(kept, kept.value):
            yield WindowEvent(lapse, starts=False, facet=kept.facet, item=kept.item, change=index)


def _lapse(step: Operation | Kept, held: Value) -> datetime | None:
    """When a role lapses is told by its grant, of a tag only by its declaration."""
    if isinstance(held, Grant):
        return held.expires
    return step.origin.at if held is not None and step.facet is Facet.TAGS else None
