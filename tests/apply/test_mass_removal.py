"""A mass removal that is split over several runs is stopped like one that is not."""

import pytest

from tests.support.sandbox.sandbox_account import AS_OF, Checkout, FakeClock, ProcessKilled, SandboxAccount

SETTINGS = "guards: {losing-access: {contacts: 2, share: 1%}}\n"

LOSERS = {
    "rosalind.keane@example.com": ("press", "[customer, preview]"),
    "mei.tan@example.org": ("trade-account", "[customer, wholesale]"),
    "harriet@mowbraydesign.example.net": ("press", "[customer, trade-account]"),
}

ONE, TWO, THREE = LOSERS


def losing(*people: str) -> str:
    return "contacts:\n" + "".join(f"  - {{email: {email}, roles: {LOSERS[email][1]}}}\n" for email in people)


def test_the_third_run_is_refused(sandbox_account: SandboxAccount) -> None:
    """Two contacts may lose a role in a day, and the third loses none, whatever the number of runs."""
    checkout = sandbox_account.checkout(losing(ONE), settings=SETTINGS)
    assert checkout.apply().code == 0
    checkout.declare(losing(ONE, TWO))
    assert checkout.apply().code == 0
    checkout.declare(losing(ONE, TWO, THREE))
    written = len(sandbox_account.writes())
    done = checkout.apply()
    assert done.code == 3, done.said
    assert "losing-access: 3 of 3 contacts that hold managed roles would lose a role (2 of" in done.err
    assert len(sandbox_account.writes()) == written
    assert "press" in sandbox_account.user(THREE)["roles"]


def test_an_override_names_the_whole_number(sandbox_account: SandboxAccount) -> None:
    """A ceiling of one is not enough for the one contact, since the earlier ones count."""
    checkout = sandbox_account.checkout(losing(ONE, TWO), settings=SETTINGS)
    assert checkout.apply().code == 0
    checkout.declare(losing(ONE, TWO, THREE))
    assert checkout.apply("--allow", "losing-access=2").code == 3
    assert checkout.apply("--allow", "losing-access=3").code == 0


def test_after_a_day_the_window_is_over(sandbox_account: SandboxAccount) -> None:
    """Only what happened within the hours counts."""
    checkout = sandbox_account.checkout(losing(ONE, TWO), settings=SETTINGS)
    assert checkout.apply().code == 0
    checkout.declare(losing(ONE, TWO, THREE))
    assert checkout.apply(as_of="2026-11-24T08:59:59Z").code == 3
    assert checkout.apply(as_of="2026-11-24T09:00:01Z").code == 0


@pytest.mark.parametrize("answer", ["reset:when=after", "status:code=500,when=after"])
def test_a_loss_that_was_never_confirmed_counts(sandbox_account: SandboxAccount, answer: str) -> None:
    """The role is gone, although nobody could read it back."""
    checkout = sandbox_account.checkout(losing(ONE), settings=SETTINGS)
    sandbox_account.upset(
        f"{answer},method=POST", "status:code=403,method=GET,path=/api/contacts/36.json,n=3"
    )
    assert checkout.apply().code == 4
    sandbox_account.calm()
    checkout.declare(losing(ONE, TWO, THREE))
    done = checkout.apply()
    assert done.code == 3, done.said


def test_the_losses_of_a_killed_run_count(sandbox_account: SandboxAccount) -> None:
    """Two runs are killed between a write and the note of it: the third contact loses nothing."""
    checkout = sandbox_account.checkout(losing(ONE), settings=SETTINGS)
    kill_behind_the_write(sandbox_account, checkout, ONE)
    checkout.declare(losing(ONE, TWO))
    kill_behind_the_write(sandbox_account, checkout, TWO)
    assert not any(record.outcomes for record in checkout.journals())
    checkout.declare(losing(ONE, TWO, THREE))
    done = checkout.apply()
    assert done.code == 3, done.said
    assert "press" in sandbox_account.user(THREE)["roles"]


def kill_behind_the_write(sandbox_account: SandboxAccount, checkout: Checkout, email: str) -> None:
    """Let runs get ever further until the role is gone."""
    clock = FakeClock()
    checkout.run("plan", "--as-of", AS_OF, clock=clock)
    fuse = clock.looks
    while LOSERS[email][0] in sandbox_account.user(email)["roles"]:
        with pytest.raises(ProcessKilled):
            checkout.apply(clock=FakeClock(fuse=fuse))
        fuse += 2


def test_roles_that_were_cut_short_count(sandbox_account: SandboxAccount) -> None:
    """Two contacts keep press for a minute; when it has lapsed, the third loses none."""
    soon = "[customer, preview, {reference: press, expires: '2026-11-23T09:01:00Z'}]"
    checkout = sandbox_account.checkout(
        f"contacts:\n  - {{email: {ONE}, roles: {soon}}}\n", settings=SETTINGS
    )
    assert checkout.apply().code == 0
    checkout.declare(losing(ONE, TWO, THREE))
    done = checkout.apply(as_of="2026-11-23T09:02:00Z")
    assert done.code == 3, done.said
    assert (
        "3 of 3 contacts that hold managed roles would lose a role (1 of them in the last 24 hours)"
        in done.err
    )


def test_a_write_that_surely_failed_does_not_count(sandbox_account: SandboxAccount) -> None:
    """Rejected twice, two contacts have lost nothing, and two others may."""
    checkout = sandbox_account.checkout(losing(ONE, TWO), settings=SETTINGS)
    sandbox_account.upset("status:code=422,method=POST")
    assert checkout.apply().code == 4
    sandbox_account.calm()
    checkout.declare(losing(TWO, THREE))
    assert checkout.apply().code == 0
