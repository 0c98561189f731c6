"""``--as-of`` at the ends of time: every command ends as at any other time."""

import pytest

from tests.support.sandbox.sandbox_account import SandboxAccount

DECLARED = """\
contacts:
  - email: grace.odell@example.com
    roles: [{reference: press, expires: 9999-12-31}, {reference: customer, starts: 0001-01-01}]
    tags: [{value: always, starts: 0001-01-01, expires: 9999-12-31}, {value: last, starts: 9999-12-31}]
"""

ENDS = [
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
]

COMMANDS = [
    ("validate",),
    ("plan",),
    ("plan", "--format", "html"),
    ("plan", "--format", "markdown"),
    ("plan", "--format", "json"),
    ("drift",),
    ("explain", "grace.odell@example.com"),
    ("timeline", "--days", "9999"),
    ("timeline", "--format", "json"),
    ("apply", "--yes"),
]


@pytest.mark.parametrize("timezone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_no_command_fails_at_the_ends_of_time(sandbox_account: SandboxAccount, timezone: str) -> None:
    """Hours back, days ahead and days of the east and the west all end with time itself."""
    checkout = sandbox_account.checkout(DECLARED, settings=f"timezone: {timezone}\n")
    for end in ENDS:
        for command in COMMANDS:
            done = checkout.run(*command, "--as-of", end)
            assert done.code in {0, 2, 3}, (end, command, done.said)
            assert "fault" not in done.err, (end, command)
    for day in ("0001-01-01", "9999-12-31"):
        assert checkout.run("plan", "--as-of", day).code == 0, day


@pytest.mark.parametrize("time", ["0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "9999-12-31T24:00:01Z"])
def test_what_is_no_time_is_a_wrong_call(sandbox_account: SandboxAccount, time: str) -> None:
    """The years are 1 to 9999."""
    done = sandbox_account.checkout(DECLARED).run("plan", "--as-of", time)
    assert done.code == 64
    assert "is no date, and no time with an offset" in done.err
