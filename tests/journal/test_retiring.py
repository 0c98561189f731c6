"""A run whose clock was wrong is retired: it is not remembered, and makes no room for more losses."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult
from tests.support.sandbox.journals import begun_at
from tests.support.sandbox.sandbox_account import Checkout, SandboxAccount, atom

GRACE = "contacts: [{email: grace.odell@example.com, roles: [customer, press]}]\n"

ONE_MAY_LOSE = "guards: {losing-access: {contacts: 1, share: 0%}, last-role: 9, last-holder: 9}\n"


def losing(contact: str) -> str:
    return f"contacts: [{{id: {contact}, roles: []}}]\n"


def now() -> datetime:
    return datetime.now(UTC)


def journals(checkout: Checkout) -> set[Path]:
    return set((checkout.state / "runs").iterdir())


def retire(checkout: Checkout, run: Path, *arguments: str) -> CommandResult:
    return checkout.run("history", "--retire", run.stem, *arguments)


@pytest.fixture
def checkout(sandbox_account: SandboxAccount) -> Checkout:
    return sandbox_account.checkout(GRACE)


@pytest.fixture
def ahead(checkout: Checkout) -> Path:
    """The journal of a run whose machine was 400 days ahead."""
    done = checkout.apply(as_of=atom(now()))
    assert done.code == 0, done.said
    (journal,) = journals(checkout)
    return begun_at(checkout, journal, now() + timedelta(days=400))


def test_runs_are_in_the_order_in_which_they_follow_each_other(checkout: Checkout, ahead: Path) -> None:
    """The name of the first one holds a time 400 days ahead, and it still is the first one."""
    assert retire(checkout, ahead, "--yes").code == 0
    checkout.declare("contacts: [{email: grace.odell@example.com, roles: [customer]}]\n")
    done = checkout.apply(as_of=atom(now()))
    assert done.code == 0, done.said
    (second,) = journals(checkout) - {ahead}
    assert second.name < ahead.name
    listed = json.loads(checkout.run("history", "--format", "json").out)["runs"]
    assert [run["run"] for run in listed] == [ahead.stem, second.stem]


def test_a_retired_run_is_not_the_last_one(
    sandbox_account: SandboxAccount, checkout: Checkout, ahead: Path
) -> None:
    """After it a difference was made outside; without it the declarations were never applied."""
    contact = next(line["contact"] for line in checkout.lines("outcome"))
    sandbox_account.outside(contact, revoke="press")
    assert "changed outside" in checkout.run("drift", "--as-of", atom(now())).out
    assert retire(checkout, ahead, "--yes").code == 0
    assert "not applied" in checkout.run("drift", "--as-of", atom(now())).out


def test_a_loss_of_a_retired_run_counts_for_the_hours_of_the_guard(sandbox_account: SandboxAccount) -> None:
    """Or retiring would make room for as many losses again; after these hours it counts no longer."""
    checkout = sandbox_account.checkout(losing("36"), settings=ONE_MAY_LOSE)
    assert checkout.apply(as_of=atom(now())).code == 0
    (journal,) = journals(checkout)
    ahead = begun_at(checkout, journal, now() + timedelta(days=400))
    checkout.declare(losing("37"))
    assert retire(checkout, ahead, "--yes").code == 0
    refused = checkout.apply(as_of=atom(now()))
    assert refused.code == 3, refused.said
    assert "losing-access: 2 of 1 contacts" in refused.err
    assert "guard losing-access" not in checkout.plan(as_of=atom(now() + timedelta(hours=25))).out


def test_without_a_terminal_only_yes_retires(checkout: Checkout, ahead: Path) -> None:
    """Nobody is there to be asked; nothing is noted."""
    before = ahead.read_bytes()
    done = retire(checkout, ahead)
    assert (done.code, "call history --retire with --yes" in done.err) == (3, True), done.said
    assert ahead.read_bytes() == before


def test_a_run_that_is_not_there_cannot_be_retired(checkout: Checkout, ahead: Path) -> None:
    """A misspelt name is told, and where the names are."""
    done = retire(checkout, ahead.with_stem("20261123T090000Z-abcdef"), "--yes")
    assert (done.code, "there is no run '20261123T090000Z-abcdef'" in done.err) == (64, True), done.said


def test_history_shows_and_verifies_a_retired_run(checkout: Checkout, ahead: Path) -> None:
    """The journal is whole with the line that was added, and the run stands in the list as retired."""
    assert retire(checkout, ahead, "--yes").out.startswith(f"Run {ahead.stem} is retired")
    assert "was retired already" in retire(checkout, ahead, "--yes").out
    assert checkout.run("history").out.rstrip().endswith("retired")
    verified = checkout.run("history", "--verify")
    assert verified.code == 0, verified.said
    assert f"run {ahead.stem} was retired at" in verified.out


def test_retiring_the_last_complete_run_says_what_is_forgotten(checkout: Checkout) -> None:
    """Without its record an entry may be about whoever has the address now; an earlier one remembers less."""
    runs: list[Path] = []
    for roles in ("customer, press", "customer", "customer, preview"):
        checkout.declare(f"contacts: [{{email: grace.odell@example.com, roles: [{roles}]}}]\n")
        assert checkout.apply(as_of=atom(now())).code == 0
        runs += journals(checkout) - set(runs)
    first, second, third = runs
    forgotten = "nothing will be remembered of who an entry was about but "
    assert forgotten not in retire(checkout, second, "--yes").out
    assert (
        f"{forgotten}what run {first.stem} noted, and what was written."
        in retire(checkout, third, "--yes").out
    )
    assert f"{forgotten}what was written." in retire(checkout, first, "--yes").out
