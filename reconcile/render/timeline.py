"""A timeline as text: day by day in the configured time zone, a line for each start and each end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from reconcile.clock import utc_text
from reconcile.model.plan import Origin
from reconcile.model.timeline import Timeline, UpcomingChange
from reconcile.text import count, verb_form

from .escape import TERMINAL, Dialect
from .layout import cells, pad, paint, wrap
from .plan_text import COLOURS
from .wording.date_text import day_text, end_text, last_day, start_text
from .wording.lines import NOUNS, WIDEST_ITEM
from .wording.sentences import place_text

_SYMBOLS = {True: "+", False: "-"}


def timeline_text(found: Timeline, *, colour: bool = False, width: int | None = None) -> str:
    """The timeline as lines for a terminal, wrapped to ``width`` columns at blanks if it is given."""
    page = _TimelineText(found, TERMINAL, width, colour)
    blocks = ["\n".join(wrap("", page.headline(), width)), *map("\n".join, page.days())]
    return "\n\n".join(blocks) + "\n"


@dataclass(frozen=True, slots=True)
class _TimelineText:
    found: Timeline
    say: Dialect
    width: int | None
    colour: bool

    def headline(self) -> str:
        found = self.found
        span = f"within {count(found.days, 'day')}, from {utc_text(found.as_of)} to {utc_text(found.until)}"
        if not found.coming:
            return f"No declared window starts or lapses {span}."
        whom, zone = count(found.contacts, "contact"), self.say.name(found.timezone)
        return f"{self._counts()} for {whom} {span}; days are those of {zone}."

    def _counts(self) -> str:
        starts, lapses = self.found.starts, self.found.lapses
        said = f"{count(starts, 'window')} {verb_form(starts, 'starts', 'start')}"
        if not lapses:
            return said
        lapse = verb_form(lapses, "lapses", "lapse")
        return f"{said} and {lapses:,} {lapse}" if starts else f"{count(lapses, 'window')} {lapse}"

    def days(self) -> Iterator[list[str]]:
        """The day, and a line for each of its boundaries; an end of day counts to the day that ends."""
        columns = self._columns()
        for day, coming in groupby(self.found.coming, key=self._day):
            yield [day, *(line for one in coming for line in self._lines(one, columns))]

    def _day(self, one: UpcomingChange) -> str:
        at, timezone = one.boundary.at, self.found.timezone
        whole = None if one.boundary.starts else last_day(at, timezone)
        return whole or day_text(at, timezone)

    def _columns(self) -> tuple[int, int]:
        """How wide the items and the contacts are; longer ones push out their own line alone."""
        return _widest(map(self._item, self.found.coming)), _widest(map(self._whom, self.found.coming))

    def _lines(self, one: UpcomingChange, columns: tuple[int, int]) -> list[str]:
        item, whom = pad(self._item(one), columns[0]), pad(self._whom(one), columns[1])
        symbol = _SYMBOLS[one.boundary.starts]
        first, *rest = wrap(f"  {symbol} {item}  {whom}  ", self._said(one), self.width)
        painted = paint(first, COLOURS[symbol], 2, 4 + len(item.rstrip())) if self.colour else first
        return [painted, *rest]

    def _item(self, one: UpcomingChange) -> str:
        return f"{NOUNS[one.facet]:<5} {self.say.name(one.boundary.item)}"

    def _whom(self, one: UpcomingChange) -> str:
        return self.say.name(one.boundary.contact)

    def _said(self, one: UpcomingChange) -> str:
        reason = self.say.quote(one.origin.reason) if one.origin.reason else ""
        return "   ".join(filter(None, (self._event(one), self._where(one.origin), reason)))

    def _event(self, one: UpcomingChange) -> str:
        window, timezone = one.window, self.found.timezone
        if one.boundary.starts:
            until = f", until {end_text(window.expires, timezone)}" if window.expires else ""
            return f"starts {start_text(one.boundary.at, timezone)}{until}"
        whole = " (end of day)" if last_day(one.boundary.at, timezone) else ""
        return f"lapses {end_text(one.boundary.at, timezone)}{whole}"

    def _where(self, origin: Origin) -> str:
        bundle = f"bundle {self.say.name(origin.detail)}, " if origin.detail else ""
        return bundle + (place_text(origin.place, self.say) if origin.place else "")


def _widest(texts: Iterable[str]) -> int:
    return max((width for width in map(cells, texts) if width <= WIDEST_ITEM), default=0)
