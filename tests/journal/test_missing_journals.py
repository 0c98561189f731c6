"""A journal that was taken away makes no room for more losses: within the guard's hours it refuses."""

from pathlib import Path

import pytest

from tests.support.sandbox.sandbox_account import AS_OF, Checkout, SandboxAccount

ONE_MAY_LOSE = "guards: {losing-access: {contacts: 1, share: 0%}, last-role: 9, last-holder: 9}\n"

SOON, LATER = "2026-11-23T10:00:00Z", "2026-11-24T10:00:00Z"


def losing(contact: str) -> str:
    return f"contacts: [{{id: {contact}, roles: []}}]\n"


def run(checkout: Checkout, declared: str) -> Path:
    """One more run, which writes; its journal."""
    known = set((checkout.state / "runs").glob("*.jsonl"))
    checkout.declare(declared)
    done = checkout.apply()
    assert done.code == 0, done.said
    (journal,) = set((checkout.state / "runs").glob("*.jsonl")) - known
    return journal


@pytest.fixture
def checkout(sandbox_account: SandboxAccount) -> Checkout:
    """A contact has lost its roles, a tag came after that, and the journal of the loss is gone."""
    checkout = sandbox_account.checkout("", settings=ONE_MAY_LOSE)
    loss = run(checkout, losing("36"))
    run(checkout, "contacts: [{id: 37, tags: [ipswich]}]\n")
    loss.unlink()
    checkout.declare(losing("37"))
    return checkout


def test_a_deleted_journal_makes_no_room_for_another_loss(
    sandbox_account: SandboxAccount, checkout: Checkout
) -> None:
    """By what is left only one contact would lose its roles in these hours, which is allowed."""
    before = sandbox_account.holds()
    done = checkout.apply(as_of=SOON)
    assert done.code == 3, done.said
    assert "journals: 1 journal of the last 24 hours is missing: 20261123T090000Z-" in done.err
    assert "--allow journals=1" in done.err
    assert sandbox_account.holds() == before


def test_a_plan_shows_what_would_be_refused(checkout: Checkout) -> None:
    """With the name of the run."""
    done = checkout.plan(as_of=SOON)
    assert done.code == 0, done.said
    assert "! guard journals refuses: 1 journal of the last 24 hours is missing" in done.out
    assert "; bring it back to .reconcile/runs, or look at what was done then" in done.out


def test_a_person_who_knows_why_lifts_it(checkout: Checkout) -> None:
    """With a ceiling, as for any guard."""
    assert checkout.apply("--allow", "journals=1", as_of=SOON).code == 0


def test_an_older_gap_is_a_note(checkout: Checkout) -> None:
    """What happened before the guard's hours is counted by no guard."""
    done = checkout.apply(as_of=LATER)
    assert done.code == 0, done.said
    assert "1 older journal is missing" in done.out


def test_nothing_to_write_is_refused_by_no_gap(checkout: Checkout) -> None:
    """There is nothing that could be too much."""
    checkout.declare("contacts: [{id: 37, tags: [ipswich]}]\n")
    assert checkout.apply(as_of=SOON).code == 0


def test_a_gap_of_another_account_hinders_nobody(sandbox_account: SandboxAccount) -> None:
    """A folder may have journals of several accounts; who is named tells for which one it was."""
    checkout = sandbox_account.checkout("", settings=ONE_MAY_LOSE)
    loss = run(checkout, losing("36"))
    text = (checkout.root / "reconcile.yaml").read_text("utf-8")
    checkout.configure(text.replace("127.0.0.1", "localhost"))
    run(checkout, "contacts: [{id: 37, tags: [ipswich]}]\n")
    loss.unlink()
    checkout.declare(losing("37"))
    assert checkout.apply(as_of=AS_OF).code == 0
