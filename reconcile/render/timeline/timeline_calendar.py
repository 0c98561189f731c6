"""A timeline as a calendar that people subscribe to (iCalendar: RFC 5545; its name: RFC 7986, section 5.1).

A boundary at midnight of the configured time zone is an event of that whole day, where a person looks for
it: "through the end of 31 January" stands on the 31st. Any other one is an instant in UTC that takes no time
(RFC 5545, section 3.6.1: an event with a DTSTART and without an end).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from icalendar import Calendar, Event, vText

from reconcile.documents.json_text import digest_of
from reconcile.model.contact import email_key
from reconcile.model.facets import FACETS
from reconcile.model.plans.plan import Boundary
from reconcile.model.reports.timeline import Timeline, UpcomingChange
from reconcile.render.escape import TERMINAL
from reconcile.render.wording.operation_text import day_text, last_day

from .timeline_text import event_text, origin_place

PRODUCT = "-//evance-reconcile//timeline//EN"
"""Names the program that wrote the calendar (PRODID)."""

_ESCAPED = re.compile(r"[\\;,\n]")


def timeline_calendar(timeline: Timeline) -> str:
    """The timeline as one VCALENDAR with an event for each boundary, in their order; lines end in CRLF."""
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    name = f"Access roles and tags at {TERMINAL.name(timeline.target)}"
    for key in ("NAME", "X-WR-CALNAME"):  # Google's and Apple's calendars read the older key alone
        calendar.add(key, name)
    for event in _TimelineEvents(timeline).events():
        calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")


class ExactText(vText):
    r"""A TEXT value (RFC 5545, section 3.3.11). The library takes ``\N`` in a name for a line end."""

    def to_ical(self) -> bytes:
        """The text with each of the format's signs escaped once."""
        return _ESCAPED.sub(lambda sign: "\\" + sign[0].replace("\n", "n"), str(self)).encode("utf-8")


@dataclass(frozen=True, slots=True)
class _TimelineEvents:
    timeline: Timeline

    def events(self) -> Iterator[Event]:
        """An event for each boundary.

        Its UID is the same in every later calendar, also when the boundary moves: the event then moves.
        """
        seen: Counter[str] = Counter()
        for change in self.timeline.upcoming:
            identity = _event_identity(self.timeline.target, change)
            seen[identity] += 1
            yield self._event(change, f"{identity}-{seen[identity]}@evance-reconcile")

    def _event(self, change: UpcomingChange, uid: str) -> Event:
        event, noun = Event(), FACETS[change.facet].noun
        event.add("UID", uid)
        event.add("DTSTAMP", self.timeline.as_of)
        event.add("DTSTART", _start(change.boundary, self.timeline.timezone))
        event.add("SUMMARY", ExactText(_summary(change)))
        event.add("DESCRIPTION", ExactText(self._description(change)))
        event.add("CATEGORIES", [change.boundary.event, noun])
        event.add("TRANSP", "TRANSPARENT")  # nobody is busy because a window lapses
        return event

    def _description(self, change: UpcomingChange) -> str:
        reason = TERMINAL.quote(change.origin.reason) if change.origin.reason else ""
        place = origin_place(change.origin)
        lines = (event_text(change, self.timeline.timezone), place and f"declared at {place}", reason)
        return "\n".join(filter(None, lines))


def _summary(change: UpcomingChange) -> str:
    """``role trade-account lapses: bob@email.com``."""
    boundary = change.boundary
    item, contact = TERMINAL.name(boundary.item), TERMINAL.name(boundary.contact)
    return f"{FACETS[change.facet].noun} {item} {boundary.event}: {contact}"


def _start(boundary: Boundary, timezone: str) -> date | datetime:
    ended = last_day(boundary.at, timezone)
    if ended is None:
        return boundary.at
    return date.fromisoformat(day_text(boundary.at, timezone) if boundary.starts else ended)


def _event_identity(target: str, change: UpcomingChange) -> str:
    """A hash of whose item starts or lapses, as the calendar shows them.

    In a masked calendar it is made of what is masked, since a hash of an address would confirm a guessed one.
    Contacts that are shown alike then share it, and are numbered.
    """
    contact, boundary = change.contact, change.boundary
    shown = [contact.id, contact.reference, email_key(contact.email or "")]
    digest = digest_of([target, *shown, change.facet.value, boundary.item, boundary.event])
    return digest.removeprefix("sha256:")[:32]
