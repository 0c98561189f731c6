"""A timeline as text: day by day in the configured time zone, a line for each start and each end."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from reconcile.clock import utc_text
from reconcile.model.plan import Origin
from reconcile.model.reports import Timeline, UpcomingChange
from reconcile.text import count, verb_form

from .escape import TERMINAL, Dialect
from .layout import PLAIN, TextLayout, column_width, join_blocks, pad
from .wording.contact_lines import WIDEST_ITEM, item_text
from .wording.operation_text import day_text, end_text, last_day, start_text
from .wording.sentences import place_text

_SYMBOLS = {True: "+", False: "-"}
"""The symbol of a change by whether it is the start of a window."""


def timeline_text(timeline: Timeline, layout: TextLayout = PLAIN) -> str:
    """The timeline as lines for a terminal."""
    text = _TimelineText(timeline, TERMINAL, layout)
    return join_blocks([layout.wrap("", text.headline()), *text.days()])


@dataclass(frozen=True, slots=True)
class _TimelineText:
    timeline: Timeline
    dialect: Dialect
    layout: TextLayout

    def headline(self) -> str:
        timeline = self.timeline
        as_of, until = utc_text(timeline.as_of), utc_text(timeline.until)
        span = f"within {count(timeline.days, 'day')}, from {as_of} to {until}"
        if not timeline.upcoming:
            return f"No declared window starts or lapses {span}."
        contacts, zone = count(timeline.contacts, "contact"), self.dialect.name(timeline.timezone)
        return f"{self._counts()} for {contacts} {span}; days are those of {zone}."

    def _counts(self) -> str:
        starts, lapses = self.timeline.starts, self.timeline.lapses
        starting = f"{count(starts, 'window')} {verb_form(starts, 'starts', 'start')}"
        if not lapses:
            return starting
        lapse = verb_form(lapses, "lapses", "lapse")
        return f"{starting} and {lapses:,} {lapse}" if starts else f"{count(lapses, 'window')} {lapse}"

    def days(self) -> Iterator[list[str]]:
        """The day, and a line for each of its boundaries; an end of day counts to the day that ends."""
        columns = self._columns()
        for day, changes in groupby(self.timeline.upcoming, key=self._day):
            yield [day, *(line for change in changes for line in self._lines(change, columns))]

    def _day(self, change: UpcomingChange) -> str:
        at, timezone = change.boundary.at, self.timeline.timezone
        ended = None if change.boundary.starts else last_day(at, timezone)
        return ended or day_text(at, timezone)

    def _columns(self) -> tuple[int, int]:
        """How wide the columns of items and of contacts are."""
        changes = self.timeline.upcoming
        return (
            column_width(map(self._item, changes), WIDEST_ITEM),
            column_width(map(self._contact, changes), WIDEST_ITEM),
        )

    def _lines(self, change: UpcomingChange, columns: tuple[int, int]) -> list[str]:
        item, contact = pad(self._item(change), columns[0]), pad(self._contact(change), columns[1])
        symbol = _SYMBOLS[change.boundary.starts]
        first, *rest = self.layout.wrap(f"  {symbol} {item}  {contact}  ", self._detail(change))
        return [self.layout.paint(symbol, first, 2, 4 + len(item.rstrip())), *rest]

    def _item(self, change: UpcomingChange) -> str:
        return item_text(change.facet, self.dialect.name(change.boundary.item))

    def _contact(self, change: UpcomingChange) -> str:
        return self.dialect.name(change.boundary.contact)

    def _detail(self, change: UpcomingChange) -> str:
        reason = self.dialect.quote(change.origin.reason) if change.origin.reason else ""
        return "   ".join(filter(None, (self._event(change), self._place(change.origin), reason)))

    def _event(self, change: UpcomingChange) -> str:
        at, end, timezone = change.boundary.at, change.window.expires, self.timeline.timezone
        if change.boundary.starts:
            until = f", until {end_text(end, timezone)}" if end else ""
            return f"starts {start_text(at, timezone)}{until}"
        end_of_day = " (end of day)" if last_day(at, timezone) else ""
        return f"lapses {end_text(at, timezone)}{end_of_day}"

    def _place(self, origin: Origin) -> str:
        bundle = f"bundle {self.dialect.name(origin.detail)}, " if origin.detail else ""
        return bundle + (place_text(origin.place, self.dialect) if origin.place else "")
