"""A timeline as text, day by day in the configured time zone, and as rows for a spreadsheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from reconcile.clock import utc_text, zoned_text
from reconcile.model.plans.operation import Origin
from reconcile.model.reports.timeline import Timeline, UpcomingChange
from reconcile.render.escape import TERMINAL
from reconcile.render.layout import PLAIN, TextLayout, column_width, join_blocks, pad
from reconcile.render.tables.csv_text import csv_text
from reconcile.render.wording.contact_lines import WIDEST_ITEM, item_text
from reconcile.render.wording.names import place_text
from reconcile.render.wording.operation_text import boundary_text, day_text, end_text, last_day
from reconcile.text import count, verb_form

COLUMNS = (
    *("at", "event", "facet", "item"),
    *("contact_id", "contact_email", "contact_reference"),
    *("starts", "expires", "bundle", "reason", "file", "line"),
)
"""The keys of JSON, but flat; ``file`` and ``line`` are where the window is declared."""


def timeline_text(timeline: Timeline, layout: TextLayout = PLAIN) -> str:
    """The timeline as lines for a terminal."""
    text = _TimelineText(timeline, layout)
    return join_blocks([layout.wrap("", text.headline()), *text.days()])


@dataclass(frozen=True, slots=True)
class _TimelineText:
    timeline: Timeline
    layout: TextLayout

    def headline(self) -> str:
        timeline = self.timeline
        as_of, until = (zoned_text(at, timeline.timezone) for at in (timeline.as_of, timeline.until))
        span = f"within {count(timeline.days, 'day')}, from {as_of} to {until}"
        if not timeline.upcoming:
            return f"No declared window starts or lapses {span}."
        return f"{self._counts()} for {count(timeline.contacts, 'contact')} {span}."

    def _counts(self) -> str:
        starts, lapses = self.timeline.starts, self.timeline.lapses
        starting = f"{count(starts, 'window')} {verb_form(starts, 'starts', 'start')}"
        if not lapses:
            return starting
        lapse = verb_form(lapses, "lapses", "lapse")
        return f"{starting} and {lapses:,} {lapse}" if starts else f"{count(lapses, 'window')} {lapse}"

    def days(self) -> Iterator[list[str]]:
        """The day, and a line for each of its boundaries; an end of day counts to the day that ends."""
        upcoming = self.timeline.upcoming
        items = column_width(map(self._item, upcoming), WIDEST_ITEM)
        contacts = column_width(map(self._contact, upcoming), WIDEST_ITEM)
        for day, changes in groupby(upcoming, key=self._day):
            yield [day, *(line for change in changes for line in self._lines(change, items, contacts))]

    def _day(self, change: UpcomingChange) -> str:
        at, timezone = change.boundary.at, self.timeline.timezone
        ended = None if change.boundary.starts else last_day(at, timezone)
        return ended or day_text(at, timezone)

    def _lines(self, change: UpcomingChange, items: int, contacts: int) -> list[str]:
        """A boundary; its item and its contact are padded to the widths of their columns."""
        item, contact = pad(self._item(change), items), pad(self._contact(change), contacts)
        symbol = "+" if change.boundary.starts else "-"
        first, *rest = self.layout.wrap(f"  {symbol} {item}  {contact}  ", self._detail(change))
        return [self.layout.paint(symbol, first, 2, 4 + len(item.rstrip())), *rest]

    def _item(self, change: UpcomingChange) -> str:
        return item_text(change.facet, TERMINAL.name(change.boundary.item))

    def _contact(self, change: UpcomingChange) -> str:
        return TERMINAL.name(change.boundary.contact)

    def _detail(self, change: UpcomingChange) -> str:
        reason = TERMINAL.quote(change.origin.reason) if change.origin.reason else ""
        event = event_text(change, self.timeline.timezone)
        return "   ".join(filter(None, (event, origin_place(change.origin), reason)))


def event_text(change: UpcomingChange, timezone: str) -> str:
    """What happens and when: ``starts 2026-12-01, until 2027-01-31``, ``lapses 2027-01-31 (end of day)``."""
    end = change.window.expires
    until = f", until {end_text(end, timezone)}" if end and change.boundary.starts else ""
    return boundary_text(change.boundary, timezone) + until


def origin_place(origin: Origin) -> str:
    """Where the window is declared: ``bundle spring, contacts/team.yaml:4``."""
    bundle = f"bundle {TERMINAL.name(origin.detail)}, " if origin.detail else ""
    return bundle + (place_text(origin.place, TERMINAL) if origin.place else "")


def timeline_csv(timeline: Timeline) -> str:
    """The header, and a row for each boundary; instants in UTC, what there is not is empty."""
    return csv_text(COLUMNS, (list(_cells(change)) for change in timeline.upcoming))


def _cells(change: UpcomingChange) -> Iterator[str]:
    boundary, contact, window, origin = change.boundary, change.contact, change.window, change.origin
    yield from (utc_text(boundary.at), boundary.event, change.facet.value, boundary.item)
    yield from (contact.id or "", contact.email or "", contact.reference or "")
    yield from (_instant(window.starts), _instant(window.expires))
    yield from (origin.detail or "", origin.reason or "")
    yield from (origin.place.file, str(origin.place.line)) if origin.place else ("", "")


def _instant(at: datetime | None) -> str:
    return utc_text(at) if at else ""
