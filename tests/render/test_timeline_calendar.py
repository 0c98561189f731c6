"""The timeline as a calendar: read back by the library that wrote it, and checked by one that did not."""

from dataclasses import replace
from datetime import UTC, date, datetime

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.clock import Window
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.plans.plan import PlanContext
from reconcile.model.problem import Place
from reconcile.model.reports.timeline import Timeline
from reconcile.model.settings import Policy
from reconcile.plan.schedule.timeline import build_timeline
from reconcile.render.escape import TERMINAL
from reconcile.render.masking.mask import mask
from reconcile.render.timeline.timeline_calendar import timeline_calendar
from reconcile.text import shows
from tests.support.pages.hostile_texts import HOSTILE

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

PLACE = Place("contacts/team.yaml", 4, 1)

WINTER, SUMMER = datetime(2027, 2, 1, tzinfo=UTC), datetime(2027, 6, 30, 23, tzinfo=UTC)
"""Midnights in London: the one that ends 31 January, and the one that begins 1 July."""


def timeline_of(*contacts: Declaration, days: int = 400) -> Timeline:
    context = PlanContext("shop", "", Policy("Europe/London"), NOW, "1")
    return build_timeline(contacts, context, days)


def person(email: str, window: Window, role: str = "preview", reason: str | None = None) -> Declaration:
    return Declaration(PLACE, email=email, roles=(DeclaredGrant(role, PLACE, window=window, reason=reason),))


def events(timeline: Timeline) -> list[icalendar.Event]:
    text = timeline_calendar(timeline)
    vobject.readOne(text).validate(raiseException=True)
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(expires=WINTER), date(2027, 1, 31)),
        (Window(starts=WINTER), date(2027, 2, 1)),
        (Window(starts=SUMMER), date(2027, 7, 1)),
        (Window(expires=SUMMER), date(2027, 6, 30)),
        (Window(expires=datetime(2026, 12, 24, 17, tzinfo=UTC)), datetime(2026, 12, 24, 17, tzinfo=UTC)),
        (Window(starts=datetime(2027, 7, 1, tzinfo=UTC)), datetime(2027, 7, 1, tzinfo=UTC)),
    ],
)
def test_an_event_stands_on_the_day_on_which_a_person_looks_for_it(window: Window, expected: date) -> None:
    """The configured zone's day where its midnight is meant, the last day of an end; else the instant."""
    (event,) = events(timeline_of(person("ann@example.com", window)))
    assert event["DTSTART"].dt == expected
    assert "DTEND" not in event
    assert event["DTSTAMP"].dt == NOW


def test_a_calendar_names_what_happens_and_where_that_is_declared() -> None:
    """And what it is about, in categories to filter by; it makes nobody busy."""
    (event,) = events(timeline_of(person("ann@example.com", Window(expires=WINTER), reason="Agreement 7")))
    assert event["SUMMARY"] == "role preview lapses: ann@example.com"
    assert event["DESCRIPTION"].split("\n") == [
        "lapses 2027-01-31 (end of day)",
        "declared at contacts/team.yaml:4",
        '"Agreement 7"',
    ]
    assert event["CATEGORIES"].cats == ["lapses", "role"]
    assert event["TRANSP"] == "TRANSPARENT"


def test_an_empty_calendar_has_its_head_alone() -> None:
    """A subscription that shows nothing is no error; calendars are named by the target."""
    calendar = icalendar.Calendar.from_ical(timeline_calendar(timeline_of()))
    assert calendar["X-WR-CALNAME"] == calendar["NAME"] == "Access roles and tags at shop"
    assert (calendar["VERSION"], list(calendar.walk("VEVENT"))) == ("2.0", [])
    assert "METHOD" not in calendar


def uids(timeline: Timeline) -> list[str]:
    return [event["UID"] for event in events(timeline)]


def test_an_event_that_moves_stays_the_same_event() -> None:
    """A calendar that is subscribed to shows it once, on its new day; the address stands in no UID."""
    before = uids(timeline_of(person("ann@example.com", Window(expires=WINTER))))
    moved = person("Ann@Example.com", Window(expires=SUMMER), reason="Longer")
    after = uids(timeline_of(replace(moved, place=Place("contacts/other.yaml", 9, 1))))
    assert before == after
    assert not any("ann" in uid for uid in before)


def test_all_events_of_a_calendar_are_told_apart() -> None:
    """By contact, item, and whether it starts or lapses; in a masked one also where the names look alike."""
    window = Window(WINTER, SUMMER)
    tags = tuple(DeclaredTag(name, PLACE, window) for name in ("preview", "spring"))
    people = [replace(person(f"a{n}@example.com", window), tags=tags) for n in range(3)]
    timeline = timeline_of(*people)
    for shown in (timeline, mask(timeline)):
        assert len(set(uids(shown))) == len(timeline.upcoming) == 18


def test_a_masked_calendar_confirms_no_guess() -> None:
    """Nothing in it is made of the address: whoever guesses that can't try it out."""
    window = Window(expires=WINTER)
    one, other = (mask(timeline_of(person(f"{name}@example.com", window))) for name in ("ann", "alan"))
    assert timeline_calendar(one) == timeline_calendar(other)
    assert "@example" not in timeline_calendar(one)


def with_text(text: str) -> Timeline:
    """Every string that somebody types is that text."""
    place = Place(text, 4, 1)
    window = Window(WINTER, SUMMER)
    role = DeclaredGrant(text, place, window=window, reason=text, bundle=text)
    return timeline_of(Declaration(place, email=text, reference=text, roles=(role,)))


def holds_to_its_form(text: str) -> None:
    """RFC 5545, section 3.1: CRLF, and at most 75 octets a line; each string stands as on the terminal."""
    timeline = with_text(text)
    written = timeline_calendar(timeline)
    lines = written.removesuffix("\r\n").split("\r\n")
    assert all(len(line.encode("utf-8")) <= 75 for line in lines)
    assert all(shows(line) for line in lines)
    properties = [line.partition(":")[0].partition(";")[0] for line in lines if not line.startswith(" ")]
    assert properties == _expected(len(timeline.upcoming))
    for event in vobject.readOne(written).vevent_list:
        assert event.summary.value.startswith(f"role {TERMINAL.name(text)} ")
        assert event.description.value.endswith(TERMINAL.quote(text) if text else TERMINAL.name(":4"))


EVENT = ["BEGIN", "SUMMARY", "DTSTART", "DTSTAMP", "UID", "CATEGORIES", "DESCRIPTION", "TRANSP", "END"]


def _expected(number: int) -> list[str]:
    return ["BEGIN", "VERSION", "PRODID", "NAME", "X-WR-CALNAME", *(EVENT * number), "END"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_changes_the_form_of_a_calendar(name: str) -> None:
    """Commas, semicolons, backslashes, line ends, controls and what steers the direction of writing."""
    holds_to_its_form(HOSTILE[name])


MARKS = st.lists(st.sampled_from([*'\\,;:"\r\n\tN=é😀\u202e', "END:VEVENT"]), max_size=60).map("".join)


@given(MARKS | st.text(max_size=120))
@settings(max_examples=60, deadline=None)
def test_no_text_at_all_changes_it(text: str) -> None:
    """Also one that is made of the format's own signs."""
    holds_to_its_form(text)
