"""The clock decides who has access: with a wrong one nothing is written, and whoever only looks is warned."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult
from tests.support.sandbox.journals import begun_at
from tests.support.sandbox.sandbox_account import (
    Checkout,
    MachineClock,
    SandboxAccount,
    atom,
    clock_off_by,
)

FAST, SLOW = timedelta(days=400), timedelta(days=-20)

TWO = """\
contacts:
  - {email: grace.odell@example.com, roles: [customer, press]}
  - {email: pippa@rowe.example.org, roles: [customer, newsletter, seasonal-sale, press]}
"""


def grace(ends: str) -> str:
    """Grace's declaration, in which one role has an end."""
    roles = f"[customer, {{reference: press, expires: '{ends}'}}]"
    return f"contacts: [{{email: grace.odell@example.com, roles: {roles}}}]\n"


def now() -> datetime:
    return datetime.now(UTC)


def apply(checkout: Checkout, machine: MachineClock | None = None) -> CommandResult:
    """As of now, whatever the machine's clock says now is."""
    return checkout.run("apply", "--yes", machine=machine)


@pytest.fixture
def checkout(sandbox_account: SandboxAccount) -> Checkout:
    """A checkout and an account in the present, with nothing applied yet."""
    sandbox_account.control("PUT", "clock", {"now": atom(now())})
    return sandbox_account.checkout(TWO)


def expiring(sandbox_account: SandboxAccount, checkout: Checkout) -> str:
    """A contact that nobody declares in full: its other grant ends in a year."""
    ends = atom(now() + timedelta(days=365))
    checkout.declare(grace(ends))
    assert apply(checkout).code == 0
    checkout.configure((checkout.root / "reconcile.yaml").read_text("utf-8") + "manage: {roles: additive}\n")
    checkout.declare("contacts: [{email: grace.odell@example.com, roles: [newsletter]}]\n")
    return ends


def test_a_machine_400_days_ahead_takes_no_grant_away(
    sandbox_account: SandboxAccount, checkout: Checkout
) -> None:
    """A live grant that ends in a year is lapsed by that clock, and would vanish from the payload."""
    ends = expiring(sandbox_account, checkout)
    before = sandbox_account.holds()
    done = apply(checkout, clock_off_by(FAST))
    assert done.code == 3, done.said
    assert "this machine's clock is 400 days ahead of that of" in done.err
    assert "nothing was written" in done.err
    assert sandbox_account.holds() == before
    assert len(checkout.journals()) == 1
    assert apply(checkout).code == 0
    roles = sandbox_account.user("grace.odell@example.com")["roles"]
    assert roles["press"][1][:10] == ends[:10]


def test_a_machine_20_days_behind_grants_nothing_that_has_lapsed(
    sandbox_account: SandboxAccount, checkout: Checkout
) -> None:
    """The window of the grant was open 20 days ago and is not any more."""
    lapsed = atom(now() - timedelta(days=5))
    checkout.declare(grace(lapsed))
    before = sandbox_account.holds()
    done = apply(checkout, clock_off_by(SLOW))
    assert done.code == 3, done.said
    assert "this machine's clock is 20 days behind that of" in done.err
    assert sandbox_account.holds() == before
    assert checkout.journals() == []


@pytest.mark.parametrize(("minutes", "code"), [(-6, 3), (-4, 0), (4, 0), (6, 3)])
def test_five_minutes_are_tolerated(checkout: Checkout, minutes: int, code: int) -> None:
    """Machines drift a little between two looks at the time."""
    done = apply(checkout, clock_off_by(timedelta(minutes=minutes)))
    assert done.code == code, done.said


def test_an_account_as_declared_is_not_noted_by_a_wrong_clock(checkout: Checkout) -> None:
    """A run that writes nothing notes its time as well, and would be the last one for ever."""
    assert apply(checkout).code == 0
    checkout.declare("contacts: [{email: grace.odell@example.com, roles: [customer, press]}]\n")
    assert apply(checkout, clock_off_by(FAST)).code == 3
    assert len(checkout.journals()) == 1


@pytest.mark.parametrize(
    "command", [("plan",), ("drift",), ("explain", "grace.odell@example.com")], ids=lambda command: command[0]
)
def test_whoever_only_looks_is_warned(checkout: Checkout, command: tuple[str, ...]) -> None:
    """On standard error; the exit code stays what it is."""
    right, wrong = checkout.run(*command), checkout.run(*command, machine=clock_off_by(SLOW))
    assert right.code == wrong.code
    assert "Warning: this machine's clock is 20 days behind" in wrong.err
    assert "Warning" not in right.err


def test_the_instant_that_was_asked_for_is_not_compared(checkout: Checkout) -> None:
    """A plan and a sandbox may be looked at as of any time; the machine's clock is compared all the same."""
    later = atom(now() + FAST)
    assert "Warning" not in checkout.run("plan", "--as-of", later).err
    assert "Warning" in checkout.run("plan", "--as-of", later, machine=clock_off_by(SLOW)).err
    assert checkout.apply(as_of=later).code == 0
    (begun,) = checkout.lines("begin")
    assert begun["at"] == later
    times = [datetime.fromisoformat(begun[clock]) for clock in ("machine", "server")]
    assert all(abs(now() - noted) < timedelta(minutes=5) for noted in times)


def jumping(looks: int, difference: timedelta) -> tuple[MachineClock, Callable[[], int]]:
    """A machine's clock that jumps after so many looks at it; and how many there were."""
    looked = count(1)
    seen = [0]

    def machine() -> datetime:
        seen[0] = next(looked)
        return now() + (difference if seen[0] > looks else timedelta())

    return machine, lambda: seen[0]


@pytest.mark.parametrize("difference", [FAST, SLOW], ids=["forward", "back"])
def test_a_clock_that_jumps_in_the_middle_of_a_run_ends_it(
    sandbox_account: SandboxAccount, checkout: Checkout, difference: timedelta
) -> None:
    """At whatever look it jumps: no contact is begun after it, and the exit code says what was written."""
    machine, looks = jumping(10**6, difference)
    assert apply(checkout, machine).code == 0
    codes = set()
    for fuse in range(1, looks(), 3):
        sandbox_account.reset()
        sandbox_account.control("PUT", "clock", {"now": atom(now())})
        again = sandbox_account.checkout(TWO)
        done = apply(again, jumping(fuse, difference)[0])
        written = len(sandbox_account.writes())
        assert done.code == {0: 3, 1: 4, 2: 0}[written], done.said
        codes.add(done.code)
    assert codes >= {3, 4}


def test_a_server_whose_clock_is_wrong_is_told(sandbox_account: SandboxAccount, checkout: Checkout) -> None:
    """Which of the two is wrong nobody can tell from here: both times are named."""
    sandbox_account.upset("server-clock:seconds=-86400")
    done = apply(checkout)
    assert done.code == 3, done.said
    assert "this machine's clock is 24 hours ahead of that of" in done.err
    assert f"(here {now():%Y-%m-%d} " in done.err
    assert sandbox_account.writes() == []


def test_answers_without_a_date_are_a_warning(sandbox_account: SandboxAccount, checkout: Checkout) -> None:
    """The clock can't be compared; that is said, and no reason to write nothing."""
    sandbox_account.upset("server-clock:date=absent")
    done = apply(checkout)
    assert done.code == 0, done.said
    assert "Warning: no answer of" in done.err
    assert [begun["server"] for begun in checkout.lines("begin")] == [""]


def test_an_answer_from_a_cache_is_not_compared(sandbox_account: SandboxAccount, checkout: Checkout) -> None:
    """Its Date is that of the moment at which the cache stored it; the token tells the time."""
    sandbox_account.upset("server-clock:seconds=-900,age=900,path=/api/v2/*")
    done = apply(checkout)
    assert done.code == 0, done.said
    assert "Warning" not in done.err


def test_a_contact_that_a_cache_shows_is_not_written(
    sandbox_account: SandboxAccount, checkout: Checkout
) -> None:
    """The reading right before a write must be the account's own, or what a person gave is written away."""
    sandbox_account.upset("server-clock:age=30,path=/api/contacts/*")
    done = apply(checkout)
    assert done.code == 4, done.said
    assert "a cache answered when asked to show contact" in done.err
    assert sandbox_account.writes() == []


@pytest.fixture
def ahead(checkout: Checkout) -> Path:
    """The journal of a run whose machine was 400 days ahead."""
    assert apply(checkout).code == 0
    return begun_at(checkout, checkout.journals()[0].path, now() + FAST)


def test_a_journal_of_the_future_is_refused_until_it_is_retired(checkout: Checkout, ahead: Path) -> None:
    """Either clock may be the wrong one: both ways out are told."""
    checkout.declare("contacts: [{email: grace.odell@example.com, roles: [customer]}]\n")
    for command in (("plan",), ("drift",), ("explain", "grace.odell@example.com")):
        assert f"Warning: run {ahead.stem} began at" in checkout.run(*command).err
    done = apply(checkout)
    assert done.code == 3, done.said
    assert "days ahead of this machine's clock" in done.err
    assert "set this machine's clock; " in done.err
    assert f"'reconcile history --retire {ahead.stem}'" in done.err
    assert checkout.run("history", "--retire", ahead.stem, "--yes").code == 0
    assert "Warning" not in checkout.run("plan").err
    assert apply(checkout).code == 0


def test_a_journal_of_the_future_of_another_account_hinders_nobody(
    sandbox_account: SandboxAccount, checkout: Checkout, ahead: Path
) -> None:
    """A folder may have journals of several accounts; each is compared with its own."""
    text = (checkout.root / "reconcile.yaml").read_text("utf-8")
    checkout.configure(text.replace("127.0.0.1", "localhost"))
    assert apply(checkout).code == 0
