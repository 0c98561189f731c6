"""The picture of the windows that start and lapse in the next 90 days, and the same as a table."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from reconcile.clock import day_of, later, zone
from reconcile.model.contact import Grant, Identity
from reconcile.model.facets import SETS, Facet
from reconcile.model.plans.operation import Action, Kept, Operation, OriginKind, Value
from reconcile.model.plans.plan import Plan
from reconcile.model.plans.schedule import Scheduled
from reconcile.render.escape import PAGE
from reconcile.render.wording.contact_lines import NOUNS
from reconcile.render.wording.names import IN_JSON, short_name
from reconcile.render.wording.operation_text import end_text, start_text
from reconcile.text import listed

from .tables import more_text

DAYS_AHEAD = 90
"""Days from the plan's clock on."""


@dataclass(frozen=True, slots=True)
class WindowEvent:
    """A window that starts or lapses, and whose it is.

    ``facet`` is None where it is not known.
    """

    at: datetime
    starts: bool
    facet: Facet | None
    item: str
    contact: Identity


def window_events(plan: Plan) -> list[WindowEvent]:
    """The events within 90 days of the plan's clock, for the contacts as they will be once it is applied.

    A plan knows the windows of the contacts that it changes, all that is scheduled, and the one that ends it.
    """
    until = later(plan.as_of, timedelta(days=DAYS_AHEAD))
    events = {event for event in _events(plan) if plan.as_of < event.at <= until}
    return sorted(events, key=_order)


def _order(event: WindowEvent) -> tuple[datetime, bool, str, str, str]:
    return event.at, event.starts, event.item, event.contact.label, event.contact.id


def _events(plan: Plan) -> Iterator[WindowEvent]:
    facets: dict[str, Facet | None] = {}
    contacts: set[Identity] = set()
    for event in chain(_of_changes(plan), _of_schedules(plan)):
        facets[event.item] = event.facet
        contacts.add(event.contact)
        yield event
    boundary = plan.valid_until
    if boundary and not any(contact.is_called(boundary.contact) for contact in contacts):
        # A boundary does not say whether its item is a role or a tag; the same item of another contact does.
        whose = Identity("", "", boundary.contact)
        yield WindowEvent(boundary.at, boundary.starts, facets.get(boundary.item), boundary.item, whose)


def _of_changes(plan: Plan) -> Iterator[WindowEvent]:
    for change in plan.changes:
        for operation in change.operations:
            if operation.origin.kind is OriginKind.NOT_STARTED and operation.origin.at:
                yield _event(operation.origin.at, operation, change.contact, starts=True)
            elif end := _end(operation, operation.after):
                yield _event(end, operation, change.contact, starts=False)
        for kept in change.kept:
            if end := _end(kept, kept.value):
                yield _event(end, kept, change.contact, starts=False)


def _of_schedules(plan: Plan) -> Iterator[WindowEvent]:
    for row in plan.scheduled:
        if row.taken_back:
            continue
        if row.action is Action.ADD and row.window.starts:
            yield _event(row.window.starts, row, row.contact, starts=True)
        if row.window.expires:
            yield _event(row.window.expires, row, row.contact, starts=False)


def _event(
    at: datetime, item: Operation | Kept | Scheduled, contact: Identity, *, starts: bool
) -> WindowEvent:
    return WindowEvent(at, starts=starts, facet=item.facet, item=item.item, contact=contact)


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

_NEAR, _NEAR_IF_NARROW = 7, 16
"""Days. The label of a month that begins sooner would stand on that of the first day, on a narrow screen."""

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
"""How many windows start (True) or lapse (False) on a day, counted from the day of the plan's clock."""

NO_WINDOWS = f"No window that this plan knows of starts or lapses in the next {DAYS_AHEAD} days."


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of the picture in the shop's time zone; ``first`` is that of the plan's clock."""

    first: date
    zone: ZoneInfo

    @classmethod
    def of(cls, plan: Plan) -> "Calendar":
        """That of a plan; UTC stands in for a time zone that is not known here."""
        try:
            shop = zone(plan.timezone)
        except ValueError:
            shop = zone("UTC")
        return cls(day_of(plan.as_of, shop), shop)

    def day(self, instant: datetime) -> int:
        """How many days after the first one an instant lies; the end of a day is where the next begins."""
        return (day_of(instant, self.zone) - self.first).days

    def months(self) -> Iterator[tuple[int, date]]:
        """The days on which months begin, but for those so near to the first day that it names them."""
        for number in range(_NEAR, DAYS_AHEAD + 1):
            day = self._day(number)
            if day and day.day == 1:
                yield number, day

    def _day(self, number: int) -> date | None:
        try:
            return self.first + timedelta(days=number)
        except OverflowError:  # after the year 9999
            return None


def windows_picture(plan: Plan) -> str:
    """A lane for each role and tag, those with most events first, and the same as a table; else empty."""
    events = window_events(plan)
    if not events:
        return ""
    calendar = Calendar.of(plan)
    lanes: defaultdict[Item, list[WindowEvent]] = defaultdict(list)
    for event in events:
        lanes[event.facet, event.item].append(event)
    ranked = sorted(lanes.items(), key=lambda lane: (-len(lane[1]), lane[1][0].at, lane[0][1]))
    drawn = "".join(_lane(calendar, item, marked) for item, marked in ranked[:LANES_SHOWN])
    more = more_text(len(ranked) - LANES_SHOWN, " in the table")
    picture = f"<div class=lanes aria-hidden=true>{_axis(calendar)}{drawn}</div>"
    return picture + more + _LEGEND + _table(plan, events)


def _lane(calendar: Calendar, item: Item, events: list[WindowEvent]) -> str:
    facet, name = item
    marks = Counter((calendar.day(event.at), event.starts) for event in events)
    drawn = "".join(_mark(day, number, starts=starts) for (day, starts), number in sorted(marks.items()))
    noun = f"<i>{NOUNS[facet]}</i> " if facet in NOUNS else ""
    return (
        f"<div class=lane><span class=item>{noun}{PAGE.name(name)}</span>"
        f"<svg height={2 * _MIDDLE}>{_grid(calendar)}{_open_windows(marks)}{drawn}</svg></div>"
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


def _grid(calendar: Calendar) -> str:
    """A line where a month begins, each with its label on the axis."""
    return "".join(
        f"<line class='grid{_if_near(day)}' x1={_x(day)} x2={_x(day)} y1=0 y2=100% />"
        for day, _ in calendar.months()
    )


def _axis(calendar: Calendar) -> str:
    """The first day and the months, as the gridlines have them, in the shop's time zone."""
    labels = "".join(
        f"<g class='month{_if_near(day)}'>{_text(day, _month_text(date), 13, 4)}"
        f"<line class=grid x1={_x(day)} x2={_x(day)} y1=2 y2=100% /></g>"
        for day, date in calendar.months()
    )
    today = f"{calendar.first.day} {_MONTHS[calendar.first.month - 1]}"
    return f"<div class=lane><span></span><svg height=18>{_text(0, today, 13)}{labels}</svg></div>"


def _month_text(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if day.month == 1 else "")


def _if_near(day: int) -> str:
    """Marks what a narrow screen has no room for, so near to the label of the first day."""
    return " near" if day < _NEAR_IF_NARROW else ""


def _table(plan: Plan, events: list[WindowEvent]) -> str:
    rows: defaultdict[tuple[datetime, bool, str, str], list[WindowEvent]] = defaultdict(list)
    for event in events:
        rows[event.at, event.starts, _noun(event), event.item].append(event)
    shown = "".join(_window_row(plan, same) for same in list(rows.values())[:ROWS_SHOWN])
    more = more_text(len(rows) - ROWS_SHOWN, IN_JSON)
    return (
        "<details class=table><summary>The same as a table</summary><table><thead><tr><th scope=col>when"
        f"<th scope=col>what<th scope=col>of whom</thead><tbody>{shown}</tbody></table>{more}</details>"
    )


def _window_row(plan: Plan, events: list[WindowEvent]) -> str:
    """One event of one item, for all contacts that it happens to."""
    event, names = events[0], listed([short_name(event.contact, PAGE) for event in events], rest=IN_JSON)
    when = (start_text if event.starts else end_text)(event.at, plan.timezone)
    what = f"{_noun(event)} {PAGE.name(event.item)} {'starts' if event.starts else 'lapses'}"
    return f"<tr><th scope=row>{when}<td>{what}<td>{names}</tr>"


def _noun(event: WindowEvent) -> str:
    return NOUNS.get(event.facet, "") if event.facet else ""
