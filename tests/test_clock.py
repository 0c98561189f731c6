"""Dates, windows and time zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.clock import (
    EARLIEST,
    LATEST,
    day_ended_by,
    end_of,
    later,
    parse_day,
    parse_instant,
    start_of,
    utc_text,
    zone,
    zoned_text,
)
from reconcile.wire.values import atom_text

ZONES = [
    "UTC", "Europe/London", "America/New_York", "America/Sao_Paulo", "America/Havana", "America/Toronto",
    "Asia/Kathmandu", "Asia/Tokyo", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia",
]  # fmt: skip

days = st.dates()

moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001

zones = st.sampled_from(ZONES).map(zone)


@pytest.mark.parametrize(
    ("name", "day", "ends"),
    [
        ("Europe/London", "2027-01-31", "2027-02-01T00:00:00Z"),
        ("Europe/London", "2027-06-30", "2027-06-30T23:00:00Z"),
        ("Europe/London", "2027-03-28", "2027-03-28T23:00:00Z"),  # clocks go forward
        ("Europe/London", "2027-10-31", "2027-11-01T00:00:00Z"),  # clocks go back
        ("Europe/London", "2028-02-29", "2028-03-01T00:00:00Z"),
        ("America/Sao_Paulo", "2018-11-03", "2018-11-04T03:00:00Z"),  # the next midnight does not exist
        ("America/Havana", "2020-10-31", "2020-11-01T04:00:00Z"),  # the next midnight comes twice
        ("Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00Z"),  # the next day does not exist
        ("UTC", "0001-01-01", "0001-01-02T00:00:00Z"),
        ("Europe/London", "9999-12-31", "9999-12-31T23:59:59Z"),
        ("Asia/Tokyo", "9999-12-30", "9999-12-30T15:00:00Z"),
    ],
)
def test_a_bare_date_ends_at_the_last_instant_of_that_day(name: str, day: str, ends: str) -> None:
    """A day ends where the next one begins, whatever the clocks do at that midnight."""
    assert utc_text(end_of(date.fromisoformat(day), zone(name))) == ends


@given(days, zones)
def test_a_day_begins_before_it_ends(day: date, tz: ZoneInfo) -> None:
    """No day is empty or upside down, but for those that a zone skipped, which are empty."""
    assert start_of(day, tz) <= end_of(day, tz)


@given(st.dates(max_value=date(9999, 12, 30)), zones)
def test_a_day_ends_where_the_next_begins(day: date, tz: ZoneInfo) -> None:
    """Windows that follow each other leave no gap."""
    assert end_of(day, tz) == start_of(day + timedelta(days=1), tz)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)), zones)
def test_the_end_of_a_day_is_recognised(day: date, tz: ZoneInfo) -> None:
    """A plan can say "end of day" again, with a date whose end is that very instant."""
    named = day_ended_by(end_of(day, tz), tz)
    assert named is None or end_of(named, tz) == end_of(day, tz)


def test_the_end_of_time_is_a_day() -> None:
    """The last instant that can be told is the end of the last day."""
    assert day_ended_by(LATEST, zone("Europe/London")) == date.max


@pytest.mark.parametrize("text", ["2026-02-30", "2027-13-40", "2027-02-29", "0000-01-01"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    """No calendar has it, so it must never become "no expiry"."""
    with pytest.raises(ValueError, match=r"."):
        parse_day(text)


@pytest.mark.parametrize(
    "text",
    [
        "02/03/2026",
        "next quarter",
        "2026-1-1",
        "20260101",
        "2026-01-01 ",
        "\u0662\u0660\u0662\u0666-01-01",
        "",
    ],
)
def test_another_form_is_no_date(text: str) -> None:
    """Only one way of writing a day is understood."""
    assert parse_day(text) is None


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-01-31T22:00:00Z", "2027-01-31T22:00:00Z"),
        ("2027-01-31T22:00:00+01:00", "2027-01-31T21:00:00Z"),
        ("2027-01-31T22:00:00-0530", "2027-02-01T03:30:00Z"),
        ("2027-01-31t22:00:00.987654z", "2027-01-31T22:00:00Z"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z"),
    ],
)
def test_an_instant_is_read_to_the_second_in_utc(text: str, instant: str) -> None:
    """The offset is resolved, the fraction cut off, the years held within 1 to 9999."""
    found = parse_instant(text)
    assert found is not None
    assert utc_text(found) == instant


@pytest.mark.parametrize("text", ["2027-01-31T22:00:00", "2027-01-31 22:00:00Z", "2027-01-31T22:00Z", "now"])
def test_a_time_without_an_offset_is_no_instant(text: str) -> None:
    """A local time could mean several instants."""
    assert parse_instant(text) is None


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_is_read_again(moment: datetime) -> None:
    """ATOM and the plan's form name the same instant."""
    whole = moment.replace(microsecond=0)
    assert parse_instant(atom_text(whole)) == whole == parse_instant(utc_text(whole))


SHOWN = [
    ("2026-12-01T00:00:00Z", "Europe/London", "2026-12-01 00:00 (Europe/London)"),
    ("2026-07-01T11:30:05Z", "Europe/London", "2026-07-01 12:30:05 (Europe/London)"),
    ("2026-10-25T00:30:00Z", "Europe/London", "2026-10-25 01:30+01:00 (Europe/London)"),
    ("2026-10-25T01:30:00Z", "Europe/London", "2026-10-25 01:30+00:00 (Europe/London)"),
    ("9999-12-31T23:59:59Z", "Asia/Tokyo", "9999-12-31 23:59:59 (UTC)"),
    ("2026-12-01T00:00:00Z", "Nowhere/Land", "2026-12-01 00:00 (UTC)"),
]


@pytest.mark.parametrize(("instant", "name", "shown"), SHOWN)
def test_people_see_times_of_their_zone(instant: str, name: str, shown: str) -> None:
    """The zone is named; an hour that comes twice has its offset; what no zone can tell is told in UTC."""
    found = parse_instant(instant)
    assert found is not None
    assert zoned_text(found, name) == shown


@given(moments, st.sampled_from(ZONES))
def test_no_two_instants_look_alike(moment: datetime, name: str) -> None:
    """The text names one second: an hour later there is another one, also when clocks are put back."""
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    texts = {zoned_text(whole + timedelta(minutes=minutes), name) for minutes in (0, 30, 60, 120)}
    assert len(texts) == 4


def test_an_unknown_zone_is_refused() -> None:
    """A zone that the IANA database does not have names no time."""
    with pytest.raises(ValueError, match="Europe/Lodnon"):
        zone("Europe/Lodnon")


@given(st.datetimes(), st.timedeltas())
def test_no_span_leads_beyond_the_ends_of_time(moment: datetime, span: timedelta) -> None:
    """Forwards and backwards; within them it is the sum."""
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    found = later(moment, span)
    if span > LATEST - moment:
        assert found >= LATEST
    elif span < EARLIEST - moment:
        assert found == EARLIEST
    else:
        assert found == moment + span
