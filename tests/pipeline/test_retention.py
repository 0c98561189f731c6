"""What a job fetches and keeps of what runs have left."""

from datetime import UTC, datetime, timedelta

import pytest

from reconcile.model.ci.pull_request import ForgeArtifact, ForgeRun, WritingAttempt
from reconcile.pipeline.retention import (
    attempt_of,
    longer_of,
    may_be_newer,
    record_is_due,
    window_start,
    without_a_trace,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

RUN = ForgeRun(
    7,
    1,
    "apply.yml",
    "push",
    "main",
    "c" * 40,
    own=True,
    on_branch=True,
    created=NOW,
    ended=True,
    succeeded=True,
)


def artifact(name: str, created: datetime = NOW) -> ForgeArtifact:
    return ForgeArtifact(1, name, RUN, created)


def test_a_window_holds_the_guards_hours_and_the_time_since_the_record() -> None:
    """With the time that a job may have been at work meanwhile."""
    assert window_start(NOW, 24, None) == NOW - DAY
    assert window_start(NOW, 24, NOW - HOUR) == NOW - DAY
    assert window_start(NOW, 24, NOW - 3 * DAY) == NOW - 3 * DAY - 6 * HOUR
    assert window_start(NOW, 8_760, NOW - HOUR) == NOW - 365 * DAY


@pytest.mark.parametrize(
    ("age", "by", "following", "due"),
    [
        (None, "another", 0, True),
        (HOUR, "this run, changed", 1, True),
        (HOUR, "this run", 1, False),
        (DAY, "this run", 1, True),
        (DAY, "another", 0, False),
        (29 * DAY, "another", 48, False),
        (30 * DAY, "another", 0, True),
        (HOUR, "another", 49, True),
    ],
)
def test_a_record_is_kept_when_it_says_more_or_runs_out(
    age: timedelta | None, by: str, following: int, due: object
) -> None:
    """Not every hour: a copy of all entries is large."""
    kept, own = None if age is None else NOW - age, by.startswith("this run")
    assert record_is_due(NOW, kept, own=own, changed="changed" in by, following=following) is due


def test_an_old_record_can_hide_no_newer_one() -> None:
    """Uploaded again, it is still signed when it was: what was uploaded since then is looked at, too."""
    assert may_be_newer(artifact("r", NOW), NOW - 9 * DAY)
    assert may_be_newer(artifact("r", NOW), NOW + HOUR)
    assert not may_be_newer(artifact("r", NOW - DAY), NOW)


def test_an_attempt_leaves_a_trace_or_is_missing() -> None:
    """Only when it has ended, and only another one."""
    ended, running, own = (
        WritingAttempt(run, 1, NOW, ends) for run, ends in ((1, NOW + HOUR), (2, None), (3, NOW))
    )
    again = WritingAttempt(1, 2, NOW, NOW + HOUR)
    missing = list(without_a_trace([ended, running, own, again], {(1, 2)}, (3, 1)))
    assert missing == [(ended, NOW + HOUR)]


def test_the_attempt_stands_in_the_name() -> None:
    """Another target whose name ends in a number is another target."""
    assert attempt_of(artifact("reconcile-journal-shop-12"), "reconcile-journal-shop") == 12
    for name in ("reconcile-journal-shop-1-1", "reconcile-journal-shop", "reconcile-journal-shop-x"):
        assert attempt_of(artifact(name), "reconcile-journal-shop") is None


def test_a_journal_only_grows() -> None:
    """Whichever is fetched first."""
    assert longer_of(None, b"a") == b"a"
    assert longer_of(b"ab", b"a") == longer_of(b"a", b"ab") == b"ab"
