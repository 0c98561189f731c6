"""The picture of the windows: what starts and lapses in the next 90 days.

Drawn as SVG with positions in percent, so that it fits any width and needs no style attribute, which the
page's policy forbids. Screen readers get the table below it instead.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from reconcile.model.facets import Facet
from reconcile.model.plan import Plan
from reconcile.render.escape import PAGE
from reconcile.render.wording.date_text import end_text, start_text
from reconcile.render.wording.lines import NOUNS
from reconcile.render.wording.sentences import PlanSentences
from reconcile.text import listed

from .upcoming import DAYS_AHEAD, WindowEvent, upcoming_windows

LANES = 12

LISTED = 100

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_MIDDLE = 14
"""Half of a lane's height, in pixels."""

Lane = tuple[Facet | None, str]


def windows_picture(plan: Plan) -> str:
    """A lane for each role and tag, those with most events first, and the same as a table."""
    events = upcoming_windows(plan)
    if not events:
        said = f"No window that this plan knows of starts or lapses in the next {DAYS_AHEAD} days."
        return f"<p class=none>{said}</p>"
    lanes: defaultdict[Lane, list[WindowEvent]] = defaultdict(list)
    for event in events:
        lanes[event.facet, event.item].append(event)
    ranked = sorted(lanes.items(), key=lambda lane: (-len(lane[1]), lane[1][0].at, lane[0][1]))
    drawn = "".join(_lane(plan, lane, found) for lane, found in ranked[:LANES])
    more = f"<p class=more>and {len(ranked) - LANES:,} more in the table</p>" if len(ranked) > LANES else ""
    picture = f"<div class=lanes aria-hidden=true>{_axis(plan.as_of)}{drawn}</div>"
    return picture + more + _LEGEND + _table(plan, events)


_LEGEND = (
    "<p class=legend aria-hidden=true>"
    "<svg width=14 height=14><path class=starts d='M2 2 L12 7 L2 12 Z'/></svg> starts "
    "<svg width=14 height=14><circle class=lapses cx=7 cy=7 r=5 /></svg> lapses</p>"
)


def _lane(plan: Plan, lane: Lane, events: list[WindowEvent]) -> str:
    facet, item = lane
    marks = Counter((_day(plan, event), event.starts) for event in events)
    drawn = "".join(_mark(day, number, starts=starts) for (day, starts), number in sorted(marks.items()))
    noun = f"<i>{NOUNS[facet]}</i> " if facet in NOUNS else ""
    return (
        f"<div class=lane><span class=item>{noun}{PAGE.name(item)}</span>"
        f"<svg height={2 * _MIDDLE}>{_grid(plan.as_of)}{_bars(marks)}{drawn}</svg></div>"
    )


def _day(plan: Plan, event: WindowEvent) -> int:
    """Whole days from the plan's clock on: what falls on one day is one mark."""
    return (event.at - plan.as_of).days


def _bars(marks: Counter[tuple[int, bool]]) -> Iterator[str] | str:
    """The windows themselves: open until the last lapse, or from the first start on."""
    lapses = [day for day, starts in marks if not starts]
    starts = [day for day, starts in marks if starts]
    until = f"<rect class=open x=0 y={_MIDDLE - 3} width={_x(max(lapses))} height=6 />" if lapses else ""
    first = min(starts, default=0)
    since = (
        f"<rect class=open x={_x(first)} y={_MIDDLE - 3} width={_x(DAYS_AHEAD - first)} height=6 />"
        if starts
        else ""
    )
    return until + since


def _mark(day: int, number: int, *, starts: bool) -> str:
    shape = (
        f"<svg class=at x={_x(day)} y={_MIDDLE}><path class=starts d='M-5 -6 L7 0 L-5 6 Z'/></svg>"
        if starts
        else f"<circle class=lapses cx={_x(day)} cy={_MIDDLE} r=6 />"
    )
    return shape + (_text(day, f"{number:,}", _MIDDLE + 4, 10) if number > 1 else "")


def _text(day: int, said: str, y: int, gap: int = 0) -> str:
    """A text right of its day; left of it where the picture ends."""
    late = day > DAYS_AHEAD - 9
    anchor = f" text-anchor=end dx={-gap}" if late else f" dx={gap}"
    return f"<text x={_x(day)} y={y}{anchor}>{said}</text>"


def _x(day: int) -> str:
    return f"{day * 100 / DAYS_AHEAD:.2f}%"


def _ticks(as_of: datetime) -> Iterator[tuple[int, str]]:
    """The first days of months, with their names."""
    for ahead in range(1, DAYS_AHEAD + 1):
        day = as_of.date() + timedelta(days=ahead)
        if day.day == 1:
            yield ahead, f"1 {_MONTHS[day.month - 1]}" + (f" {day.year}" if day.month == 1 else "")


def _grid(as_of: datetime) -> str:
    return "".join(f"<line class=grid x1={_x(day)} x2={_x(day)} y1=0 y2=100% />" for day, _ in _ticks(as_of))


def _axis(as_of: datetime) -> str:
    names = "".join(_text(day, name, 13) for day, name in _ticks(as_of) if day > 9)
    today = f"{as_of.day} {_MONTHS[as_of.month - 1]}"
    return f"<div class=lane><span></span><svg height=18>{_text(0, today, 13)}{names}</svg></div>"


def _table(plan: Plan, events: list[WindowEvent]) -> str:
    whose: defaultdict[tuple[datetime, bool, str, str], list[str]] = defaultdict(list)
    words = PlanSentences(plan, PAGE)
    for event in events:
        noun = NOUNS.get(event.facet, "") if event.facet else ""
        who = "another contact" if event.change is None else words.short(plan.changes[event.change])
        whose[event.at, event.starts, noun, event.item].append(who)
    rows = "".join(_row(plan, *key, who) for key, who in list(whose.items())[:LISTED])
    more = f"<p class=more>and {len(whose) - LISTED:,} more</p>" if len(whose) > LISTED else ""
    return (
        f"<details class=table><summary>The same as a table</summary><table><thead><tr><th scope=col>when"
        f"<th scope=col>what<th scope=col>of whom</thead><tbody>{rows}</tbody></table>{more}</details>"
    )


def _row(plan: Plan, at: datetime, starts: bool, noun: str, item: str, who: list[str]) -> str:  # noqa: FBT001, PLR0913, PLR0917
    when = start_text(at, plan.timezone) if starts else end_text(at, plan.timezone)
    event = "starts" if starts else "lapses"
    return f"<tr><th scope=row>{when}<td>{noun} {PAGE.name(item)} {event}<td>{listed(who)}</tr>"
