"""The pictures of the page: holders of roles, and the windows that start and lapse in the next 90 days."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconcile.clock import later
from reconcile.model.contact import Grant
from reconcile.model.facets import SETS, Facet
from reconcile.model.plans.change import Change
from reconcile.model.plans.operation import Kept, Operation, OriginKind, Value
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import PAGE
from reconcile.render.wording.contact_lines import NOUNS
from reconcile.render.wording.operation_text import end_text, start_text
from reconcile.render.wording.risk import RoleImpact, role_impacts
from reconcile.render.wording.sentences import PlanSentences
from reconcile.text import listed

ROLES_SHOWN = 15
"""Maximum number of roles, then the number of the others."""


def role_impact_picture(plan: Plan) -> str:
    """A table of the roles, those with most losses first; its bars say no more than its numbers."""
    impacts = role_impacts(plan)
    if not impacts:
        return "<p class=none>Nobody gains or loses a role.</p>"
    widest = max(impact.kept + impact.lost + impact.gained for impact in impacts)
    rows = "".join(_role_row(impact, widest) for impact in impacts[:ROLES_SHOWN])
    return (
        "<table class=reach><thead><tr><th scope=col>role<th scope=col>holders"
        "<th scope=col>lost<th scope=col>gained</thead>"
        f"<tbody>{rows}</tbody></table>{_more(len(impacts) - ROLES_SHOWN, ' roles')}"
    )


def _more(others: int, kind: str) -> str:
    return f"<p class=more>and {others:,} more{kind}</p>" if others > 0 else ""


def _role_row(impact: RoleImpact, widest: int) -> str:
    return (
        f"<tr><th scope=row>{PAGE.name(impact.role)}{_role_bar(impact, widest)}"
        f"<td>{impact.before:,} → {impact.after:,}"
        f"<td class=lost>{_number(impact.lost)}<td class=gained>{_number(impact.gained)}</tr>"
    )


def _number(number: int) -> str:
    return f"{number:,}" if number else ""


def _role_bar(impact: RoleImpact, widest: int) -> str:
    parts, start = [], 0.0
    for kind, number in (("kept", impact.kept), ("lost", impact.lost), ("gained", impact.gained)):
        width = number * 100 / widest
        if number:
            parts.append(f"<rect class={kind} x={start:.2f}% width={width:.2f}% height=100% rx=2 />")
        start += width
    return f"<svg height=10 aria-hidden=true>{''.join(parts)}</svg>"


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
    until = later(plan.as_of, timedelta(days=DAYS_AHEAD))
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


LANES_SHOWN = 12
"""Maximum number of roles and tags in the picture, then the number of the others."""

ROWS_SHOWN = 100
"""Maximum number of rows of the table, then the number of the others."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_MIDDLE = 14
"""Half of a lane's height, in pixels."""

_LEGEND = (
    "<p class=legend aria-hidden=true>"
    "<svg width=14 height=14><path class=starts d='M2 2 L12 7 L2 12 Z'/></svg> starts "
    "<svg width=14 height=14><circle class=lapses cx=7 cy=7 r=5 /></svg> lapses</p>"
)

Item = tuple[Facet | None, str]
"""A role or a tag: each has a lane."""

Marks = Counter[tuple[int, bool]]
"""How many windows start (True) or lapse (False) on a day, counted from the plan's clock."""


def windows_picture(plan: Plan) -> str:
    """A lane for each role and tag, those with most events first, and the same as a table."""
    events = window_events(plan)
    if not events:
        nothing = f"No window that this plan knows of starts or lapses in the next {DAYS_AHEAD} days."
        return f"<p class=none>{nothing}</p>"
    lanes: defaultdict[Item, list[WindowEvent]] = defaultdict(list)
    for event in events:
        lanes[event.facet, event.item].append(event)
    ranked = sorted(lanes.items(), key=lambda lane: (-len(lane[1]), lane[1][0].at, lane[0][1]))
    drawn = "".join(_lane(plan, item, marked) for item, marked in ranked[:LANES_SHOWN])
    more = _more(len(ranked) - LANES_SHOWN, " in the table")
    picture = f"<div class=lanes aria-hidden=true>{_axis(plan.as_of)}{drawn}</div>"
    return picture + more + _LEGEND + _table(plan, events)


def _lane(plan: Plan, item: Item, events: list[WindowEvent]) -> str:
    facet, name = item
    marks = Counter(((event.at - plan.as_of).days, event.starts) for event in events)
    drawn = "".join(_mark(day, number, starts=starts) for (day, starts), number in sorted(marks.items()))
    noun = f"<i>{NOUNS[facet]}</i> " if facet in NOUNS else ""
    return (
        f"<div class=lane><span class=item>{noun}{PAGE.name(name)}</span>"
        f"<svg height={2 * _MIDDLE}>{_grid(plan.as_of)}{_open_windows(marks)}{drawn}</svg></div>"
    )


def _open_windows(marks: Marks) -> str:
    """The windows themselves: open until the last lapse, and from the first start on."""
    lapses = [day for day, starts in marks if not starts]
    starts = [day for day, starts in marks if starts]
    until_last_lapse = _window_bar("0", max(lapses)) if lapses else ""
    return until_last_lapse + (_window_bar(_x(min(starts)), DAYS_AHEAD - min(starts)) if starts else "")


def _window_bar(x: str, days: int) -> str:
    return f"<rect class=open x={x} y={_MIDDLE - 3} width={_x(days)} height=6 />"


def _mark(day: int, number: int, *, starts: bool) -> str:
    shape = (
        f"<svg class=at x={_x(day)} y={_MIDDLE}><path class=starts d='M-5 -6 L7 0 L-5 6 Z'/></svg>"
        if starts
        else f"<circle class=lapses cx={_x(day)} cy={_MIDDLE} r=6 />"
    )
    return shape + (_text(day, f"{number:,}", _MIDDLE + 4, 10) if number > 1 else "")


def _text(day: int, text: str, y: int, gap: int = 0) -> str:
    """A text right of its day; left of it where the picture ends."""
    near_end = day > DAYS_AHEAD - 9
    anchor = f" text-anchor=end dx={-gap}" if near_end else f" dx={gap}"
    return f"<text x={_x(day)} y={y}{anchor}>{text}</text>"


def _x(day: int) -> str:
    return f"{day * 100 / DAYS_AHEAD:.2f}%"


def _months(as_of: datetime) -> Iterator[tuple[int, str]]:
    """The first days of months, with their names."""
    for day in range(1, DAYS_AHEAD + 1):
        date = later(as_of, timedelta(days=day)).date()
        if date.day == 1:
            yield day, f"1 {_MONTHS[date.month - 1]}" + (f" {date.year}" if date.month == 1 else "")


def _grid(as_of: datetime) -> str:
    return "".join(f"<line class=grid x1={_x(day)} x2={_x(day)} y1=0 y2=100% />" for day, _ in _months(as_of))


def _axis(as_of: datetime) -> str:
    names = "".join(_text(day, name, 13) for day, name in _months(as_of) if day > 9)
    today = f"{as_of.day} {_MONTHS[as_of.month - 1]}"
    return f"<div class=lane><span></span><svg height=18>{_text(0, today, 13)}{names}</svg></div>"


def _table(plan: Plan, events: list[WindowEvent]) -> str:
    rows: defaultdict[tuple[datetime, bool, str, str], list[WindowEvent]] = defaultdict(list)
    for event in events:
        rows[event.at, event.starts, _noun(event), event.item].append(event)
    shown = "".join(_window_row(plan, same) for same in list(rows.values())[:ROWS_SHOWN])
    more = _more(len(rows) - ROWS_SHOWN, "")
    return (
        "<details class=table><summary>The same as a table</summary><table><thead><tr><th scope=col>when"
        f"<th scope=col>what<th scope=col>of whom</thead><tbody>{shown}</tbody></table>{more}</details>"
    )


def _window_row(plan: Plan, events: list[WindowEvent]) -> str:
    """One event of one item, for all contacts that it happens to."""
    event, names = events[0], listed([_contact_name(plan, event) for event in events])
    when = (start_text if event.starts else end_text)(event.at, plan.timezone)
    what = f"{_noun(event)} {PAGE.name(event.item)} {'starts' if event.starts else 'lapses'}"
    return f"<tr><th scope=row>{when}<td>{what}<td>{names}</tr>"


def _noun(event: WindowEvent) -> str:
    return NOUNS.get(event.facet, "") if event.facet else ""


def _contact_name(plan: Plan, event: WindowEvent) -> str:
    if event.change is None:
        return "another contact"
    return PlanSentences(plan, PAGE).short_name(plan.changes[event.change])
