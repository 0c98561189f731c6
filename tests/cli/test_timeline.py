"""``timeline`` as a person calls it: offline, from the declarations alone."""

import csv
import json
import re

import pytest

from tests.support.project import AS_OF, Project
from tests.support.shop import Shop

TEAM = """\
bundles:
  spring:
    roles: [{reference: preview, expires: 2027-01-31, reason: Spring range}]
    tags: [{value: spring, starts: 2026-12-01}]
contacts:
  - {email: grace.odell@example.com, bundles: [spring]}
  - email: tom.wherry@example.com
    bundles: [spring]
    roles: [{reference: preview, expires: 2026-12-24T17:00:00Z}]
    tags: [{value: vip, starts: 2026-12-24, expires: 2026-12-24}]
  - {reference: R-1, tags: [{value: past, expires: 2026-11-22}, {value: far, starts: 2027-12-01}]}
"""

SHOWN = """\
3 windows start and 3 lapse for 2 contacts within 90 days, from 2026-11-23 09:00 \
(Europe/London) to 2027-02-21 09:00 (Europe/London).

2026-12-01
  + tag   spring   grace.odell@example.com  starts 2026-12-01   bundle spring, contacts/team.yaml:4
  + tag   spring   tom.wherry@example.com   starts 2026-12-01   bundle spring, contacts/team.yaml:4

2026-12-24
  + tag   vip      tom.wherry@example.com   starts 2026-12-24, until 2026-12-24   contacts/team.yaml:10
  - role  preview  tom.wherry@example.com   lapses 2026-12-24 17:00 (Europe/London)   contacts/team.yaml:9
  - tag   vip      tom.wherry@example.com   lapses 2026-12-24 (end of day)   contacts/team.yaml:10

2027-01-31
  - role  preview  grace.odell@example.com  lapses 2027-01-31 (end of day)   bundle spring, \
contacts/team.yaml:3   "Spring range"
"""


@pytest.fixture
def team(project: Project) -> Project:
    project.declare(TEAM)
    return project


def test_what_starts_and_lapses_is_told_day_by_day(team: Project, shop: Shop) -> None:
    """Each contact of a bundle for itself, the contact's own window before its bundle's; nothing is sent."""
    done = team.run("timeline", "--as-of", AS_OF, environment=dict.fromkeys(team.environment, ""))
    assert (done.code, done.err) == (0, "")
    assert done.out == SHOWN
    assert shop.requests() == []


@pytest.mark.parametrize(
    ("as_of", "days", "events"),
    [
        ("2026-11-30T23:59:59Z", 1, 2),
        ("2026-11-30T00:00:00Z", 1, 2),
        ("2026-11-29T23:59:59Z", 1, 0),
        ("2026-12-01T00:00:00Z", 1, 0),
        ("2026-12-24T16:59:59Z", 1, 2),
        ("2026-12-24T17:00:00Z", 1, 1),
        ("2026-11-23T09:00:00Z", 36_525, 7),
        ("9999-12-31T00:00:00Z", 36_525, 0),
    ],
)
def test_the_last_instant_counts_and_the_first_does_not(
    team: Project, as_of: str, days: int, events: int
) -> None:
    """What happens at the clock's own instant has happened; days end with the calendar."""
    done = team.run("timeline", "--as-of", as_of, "--days", str(days), "--format", "json")
    document = json.loads(done.out)
    assert (done.code, len(document["events"])) == (0, events)
    assert sorted(event["at"] for event in document["events"]) == [
        event["at"] for event in document["events"]
    ]


def test_a_day_is_one_of_the_configured_zone(team: Project) -> None:
    """As in a declaration: it begins when it does in London, in summer an hour earlier than in UTC."""
    done = team.run("timeline", "--as-of", "2026-07-01", "--days", "1", "--format", "json")
    assert (done.code, json.loads(done.out)["as_of"]) == (0, "2026-06-30T23:00:00Z")


@pytest.mark.parametrize("text", ["02/03/2026", "2026-02-30", "2026-2-3", "tomorrow", "2026-11-23T09:00:00"])
def test_what_is_no_day_and_no_time_says_what_to_write(team: Project, text: str) -> None:
    """Nobody knows which of 2 and 3 is the month."""
    done = team.run("timeline", "--as-of", text)
    assert done.code == 64
    assert f"'{text}' is no date, and no time with an offset; write it as 2026-11-23 (the" in done.err


def test_nothing_to_come_is_said_in_words(team: Project) -> None:
    """With the days that were looked at."""
    done = team.run("timeline", "--as-of", "2028-01-01T00:00:00Z", "--days", "1")
    span = "within 1 day, from 2028-01-01 00:00 (Europe/London) to 2028-01-02 00:00 (Europe/London)"
    assert (done.code, done.out) == (0, f"No declared window starts or lapses {span}.\n")
    empty = json.loads(team.run("timeline", "--as-of", "2028-01-01T00:00:00Z", "--format", "json").out)
    assert (empty["events"], empty["summary"]) == ([], {"contacts": 0, "starts": 0, "lapses": 0})


@pytest.mark.parametrize("days", ["0", "-1", "99999999999", "36526", "1.5", "x", ""])
def test_days_that_make_no_sense_are_a_wrong_call(team: Project, days: str) -> None:
    """64, and the range that is taken."""
    done = team.run("timeline", "--days", days)
    assert (done.code, done.out) == (64, "")
    assert "--days" in done.err


def test_the_default_is_ninety_days(team: Project) -> None:
    """From the present, if no other instant is asked for."""
    document = json.loads(team.run("timeline", "--format", "json").out)
    assert document["days"] == 90


def test_invalid_declarations_are_told_like_everywhere(team: Project) -> None:
    """65, each problem with its place."""
    team.declare("contacts: [{email: a@b.example, tags: [{value: x, expire: 2027-01-01}]}]")
    done = team.run("timeline")
    assert (done.code, done.out) == (65, "")
    assert "[unknown-key]" in done.err


def test_in_the_log_of_a_ci_system_names_are_masked(team: Project) -> None:
    """In the text; JSON is masked where that is asked for."""
    arguments = ("timeline", "--as-of", AS_OF)
    masked = team.run(*arguments, environment={"CI": "true"}).out
    assert "g•••@e•••.com" in masked
    assert "grace" not in masked
    assert "grace" in team.run(*arguments, "--privacy", "show", environment={"CI": "true"}).out
    assert "grace" not in team.run(*arguments, "--privacy", "mask", "--format", "json").out


def test_the_timeline_has_the_instants_at_which_plans_end(team: Project) -> None:
    """Each plan is valid until the next of them."""
    team.declare(TEAM.replace("reference: R-1", "reference: TJ-0014"))
    events = json.loads(team.run("timeline", "--as-of", AS_OF, "--format", "json").out)["events"]
    instants, now = [], AS_OF
    for _ in range(5):
        now = json.loads(team.run("plan", "--as-of", now, "--format", "json").out)["valid_until"]
        instants.append(now)
    assert instants == sorted({event["at"] for event in events})


def test_columns_do_not_depend_on_one_long_name(team: Project) -> None:
    """A longer name pushes out its own line alone."""
    long = "x" * 60 + "@example.com"
    team.declare(f"contacts:\n  - {{email: {long}, tags: [{{value: a, expires: 2026-12-01}}]}}\n"
                 "  - {email: a@b.example, tags: [{value: b, expires: 2026-12-01}]}\n")  # fmt: skip
    lines = team.run("timeline", "--as-of", AS_OF).out.splitlines()
    assert [re.sub(r"  lapses.*", "", line) for line in lines[-2:]] == [
        f"  - tag   a  {long}",
        "  - tag   b  a@b.example",
    ]


def test_a_calendar_is_masked_unless_it_is_asked_for_whole(team: Project) -> None:
    """Many people read it. It has an event for each line of the text."""
    arguments = ("timeline", "--as-of", AS_OF, "--format", "ics")
    masked, whole = team.run(*arguments), team.run(*arguments, "--privacy", "show")
    assert (masked.code, masked.out) == (0, team.run(*arguments).out)
    assert masked.out.count("BEGIN:VEVENT\r\n") == whole.out.count("BEGIN:VEVENT\r\n") == 6
    assert "SUMMARY:role preview lapses: g•••@e•••.com" in masked.out
    assert "grace" not in masked.out
    assert "SUMMARY:role preview lapses: grace.odell@example.com" in whole.out


def test_a_spreadsheet_has_a_row_for_each_event_of_the_json(team: Project) -> None:
    """The same values under the same names, but flat; what begins like a formula is none."""
    team.declare(TEAM.replace("Spring range", "\"=1+1, 'x'\""))
    arguments = ("timeline", "--as-of", AS_OF, "--days", "500", "--format")
    done, document = team.run(*arguments, "csv"), json.loads(team.run(*arguments, "json").out)
    rows = list(csv.DictReader(done.out.splitlines()))
    assert (done.code, len(rows)) == (0, 7)
    for row, event in zip(rows, document["events"], strict=True):
        assert [row[key] for key in ("at", "event", "facet", "item")] == [
            event[key] for key in ("at", "event", "facet", "item")
        ]
        assert row["contact_email"] == (event["contact"]["email"] or "")
        assert row["contact_reference"] == (event["contact"]["reference"] or "")
        assert (row["starts"], row["expires"]) == tuple(
            event["window"][key] or "" for key in ("starts", "expires")
        )
        assert (row["file"], row["line"]) == ("contacts/team.yaml", str(event["source"]["line"]))
        assert row["bundle"] == (event["detail"] or "")
    assert {row["reason"] for row in rows} == {"", "'=1+1, 'x'"}
