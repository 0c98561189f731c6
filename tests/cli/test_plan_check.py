"""``plan --check``: the exit code of a pull request's check says what an apply would refuse or leave."""

from datetime import timedelta

import pytest

from tests.support.sandbox.sandbox_account import AS_OF, Checkout, SandboxAccount, clock_off_by

GRACE, NED = "grace.odell@example.com", "ned.thistlewood@example.com"  # 32 and 35

ENTRY = "contacts:\n  - {{email: {}, {}}}\n"


def checked(checkout: Checkout, *arguments: str, **how: object) -> tuple[int, str]:
    done = checkout.run("plan", "--check", "--as-of", AS_OF, *arguments, **how)  # type: ignore[arg-type]
    assert "Plan:" in done.out, done.said
    return done.code, done.err


def test_a_plan_that_would_be_applied_passes(sandbox_account: SandboxAccount) -> None:
    """With changes or without; together with the other option, changes still show."""
    checkout = sandbox_account.checkout(ENTRY.format(GRACE, "tags: [spring]"))
    assert checked(checkout)[0] == 0
    assert checked(checkout, "--detailed-exitcode")[0] == 2


def test_a_guard_that_would_refuse_is_told_after_the_plan(sandbox_account: SandboxAccount) -> None:
    """Before anything was written, and stronger than that something differs."""
    checkout = sandbox_account.checkout(ENTRY.format("owner@example.com", "tags: [spring]"))
    code, said = checked(checkout, "--detailed-exitcode")
    assert code == 3
    assert (
        "'reconcile apply' would refuse this plan, or leave some contacts as they are:\n  protected:" in said
    )
    assert checkout.plan().code == 0
    assert sandbox_account.writes() == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("apply: {stop: true}\n", "kill switch"),
        (
            "apply: {freeze: [{starts: 2000-01-01, expires: 2999-01-01, reason: Peak}]}\n",
            "frozen until",
        ),
    ],
)
def test_what_forbids_writes_now_is_told(sandbox_account: SandboxAccount, settings: str, words: str) -> None:
    """The kill switch, and a freeze unless there is nothing to write."""
    checkout = sandbox_account.checkout(ENTRY.format(GRACE, "tags: [spring]"), settings=settings)
    code, said = checked(checkout)
    assert (code, words in said) == (3, True), said
    checkout.declare(ENTRY.format(GRACE, "roles: [customer]"))
    assert checked(checkout)[0] == (3 if "stop" in settings else 0)


def test_what_a_freeze_leaves_is_told_although_it_lets_others_pass(sandbox_account: SandboxAccount) -> None:
    """An apply would end with 4."""
    freeze = "{starts: 2000-01-01, expires: 2999-01-01, reason: Peak}"
    settings = f"apply: {{freeze: [{freeze}], revoke-in-freeze: true}}\n"
    leaving = ENTRY.format(NED, "roles: [customer]")
    checkout = sandbox_account.checkout(leaving, settings=settings)
    assert checked(checkout)[0] == 0
    checkout.declare(f"{leaving}  - {{email: {GRACE}, tags: [spring]}}\n")
    code, said = checked(checkout)
    assert (code, said.count("frozen until")) == (3, 1), said
    assert checkout.apply().code == 4


def test_a_wrong_clock_is_told(sandbox_account: SandboxAccount) -> None:
    """Windows are judged by it, in a plan as in an apply."""
    checkout = sandbox_account.checkout(ENTRY.format(GRACE, "tags: [spring]"))
    code, said = checked(checkout, machine=clock_off_by(timedelta(hours=2)))
    assert (code, "set this machine's clock" in said) == (3, True), said


def test_who_would_be_set_aside_is_told_until_a_run_has_told_of_it(sandbox_account: SandboxAccount) -> None:
    """Then it is a note, whatever else the plan does."""
    declared = ENTRY.format(GRACE, "roles: [customer]") + f"  - {{email: {NED}, tags: [spring]}}\n"
    checkout = sandbox_account.checkout(declared)
    assert checkout.apply().code == 0
    sandbox_account.control("DELETE", "contacts/32")
    code, said = checked(checkout)
    assert code == 3
    assert "set aside: contact 32 was this person at the last run and is gone: delete the entry" in said
    assert checkout.apply().code == 4
    assert checked(checkout) == (0, "")
    checkout.declare(declared.replace("[spring]", "[summer]"))
    assert checked(checkout)[0] == 0
    checkout.declare(declared.replace("[customer]", "[customer, newsletter]"))
    assert checked(checkout)[0] == 3
