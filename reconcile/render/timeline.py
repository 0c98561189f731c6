"""A timeline as text and JSON: day by day in the configured time zone, a line for each start and each end."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from reconcile.model import Coming, Declaration, Origin, Place, Timeline, timeline_document, zulu

from .days import begins, day_of, ends, last_day
from .escape import TERMINAL, Dialect
from .layout import cells, pad, paint, wrap
from .mask import Known, knowing, masked_email, scrubbed, telling
from .rows import NOUNS, WIDEST_ITEM
from .text import COLOURS
from .words import count, verb, where

_SYMBOLS = {True: "+", False: "-"}


def timeline_json(found: Timeline) -> str:
    """The timeline's document, indented, plain ASCII."""
    return json.dumps(timeline_document(found), indent=2).replace("\x7f", "\\u007f") + "\n"


def timeline_text(found: Timeline, *, colour: bool = False, width: int | None = None) -> str:
    """The timeline as lines for a terminal, wrapped to ``width`` columns at blanks if it is given."""
    page = _Page(found, TERMINAL, width, colour)
    blocks = ["\n".join(wrap("", page.headline(), width)), *map("\n".join, page.days())]
    return "\n\n".join(blocks) + "\n"


@dataclass(frozen=True, slots=True)
class _Page:
    found: Timeline
    say: Dialect
    width: int | None
    colour: bool

    def headline(self) -> str:
        found = self.found
        span = f"within {count(found.days, 'day')}, from {zulu(found.as_of)} to {zulu(found.until)}"
        if not found.coming:
            return f"No declared window starts or lapses {span}."
        whom, zone = count(found.contacts, "contact"), self.say.name(found.timezone)
        return f"{self._counts()} for {whom} {span}; days are those of {zone}."

    def _counts(self) -> str:
        starts, lapses = self.found.starts, self.found.lapses
        said = f"{count(starts, 'window')} {verb(starts, 'starts', 'start')}"
        if not lapses:
            return said
        lapse = verb(lapses, "lapses", "lapse")
        return f"{said} and {lapses:,} {lapse}" if starts else f"{count(lapses, 'window')} {lapse}"

    def days(self) -> Iterator[list[str]]:
        """The day, and a line for each of its boundaries; an end of day counts to the day that ends."""
        columns = self._columns()
        for day, coming in groupby(self.found.coming, key=self._day):
            yield [day, *(line for one in coming for line in self._lines(one, columns))]

    def _day(self, one: Coming) -> str:
        at, timezone = one.boundary.at, self.found.timezone
        whole = None if one.boundary.starts else last_day(at, timezone)
        return whole or day_of(at, timezone)

    def _columns(self) -> tuple[int, int]:
        """How wide the items and the contacts are; longer ones push out their own line alone."""
        return _widest(map(self._item, self.found.coming)), _widest(map(self._whom, self.found.coming))

    def _lines(self, one: Coming, columns: tuple[int, int]) -> list[str]:
        item, whom = pad(self._item(one), columns[0]), pad(self._whom(one), columns[1])
        symbol = _SYMBOLS[one.boundary.starts]
        first, *rest = wrap(f"  {symbol} {item}  {whom}  ", self._said(one), self.width)
        painted = paint(first, COLOURS[symbol], 2, 4 + len(item.rstrip())) if self.colour else first
        return [painted, *rest]

    def _item(self, one: Coming) -> str:
        return f"{NOUNS[one.part]:<5} {self.say.name(one.boundary.item)}"

    def _whom(self, one: Coming) -> str:
        return self.say.name(one.boundary.contact)

    def _said(self, one: Coming) -> str:
        reason = self.say.quote(one.origin.reason) if one.origin.reason else ""
        return "   ".join(filter(None, (self._event(one), self._where(one.origin), reason)))

    def _event(self, one: Coming) -> str:
        window, timezone = one.window, self.found.timezone
        if one.boundary.starts:
            until = f", until {ends(window.expires, timezone)}" if window.expires else ""
            return f"starts {begins(one.boundary.at, timezone)}{until}"
        whole = " (end of day)" if last_day(one.boundary.at, timezone) else ""
        return f"lapses {ends(one.boundary.at, timezone)}{whole}"

    def _where(self, origin: Origin) -> str:
        bundle = f"bundle {self.say.name(origin.detail)}, " if origin.detail else ""
        return bundle + (where(origin.place, self.say) if origin.place else "")


def _widest(texts: Iterable[str]) -> int:
    return max((width for width in map(cells, texts) if width <= WIDEST_ITEM), default=0)


def mask_timeline(found: Timeline) -> Timeline:
    """The timeline with everything personal masked."""
    hidden: dict[Place, _Hidden] = {}
    masked = []
    for one in found.coming:
        place = one.contact.place
        hidden[place] = hidden.get(place) or _hidden(one.contact)
        masked.append(hidden[place].coming(one))
    return replace(found, coming=tuple(masked))


@dataclass(frozen=True, slots=True)
class _Hidden:
    """A contact without what is personal, and what is to be hidden wherever else it stands."""

    contact: Declaration
    known: Known

    def coming(self, one: Coming) -> Coming:
        item = self.known.item(one.part, one.boundary.item)
        boundary = replace(one.boundary, item=item, contact=self.contact.label)
        return replace(one, boundary=boundary, origin=self.known.origin(one.origin), contact=self.contact)


def _hidden(contact: Declaration) -> _Hidden:
    known = knowing([contact.email or "", *telling(contact.profile), *telling(contact.address)])
    masked = Declaration(
        known.place(contact.place),
        id=contact.id,
        reference=contact.reference and scrubbed(contact.reference),
        email=contact.email and masked_email(contact.email),
    )
    return _Hidden(masked, known)
