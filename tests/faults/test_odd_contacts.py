"""One odd contact stops nobody: it is set aside and named, the others are written, and later runs know it."""

import json

import pytest

from tests.support.command_line import CommandResult
from tests.support.sandbox.sandbox_account import Checkout, SandboxAccount

ROSALIND, GRACE, NED = "rosalind.keane@example.com", "grace.odell@example.com", "ned.thistlewood@example.com"
# 36 holds customer, press, preview; 32 customer; 35 customer, press

FIRST = f"""\
contacts:
  - {{email: {ROSALIND}, roles: [customer, press, preview]}}
  - {{email: {GRACE}, tags: [spring]}}
  - {{email: {NED}, tags: [spring]}}
"""

THEN = FIRST.replace("[spring]", "[spring, summer]").replace("press, preview", "preview")


@pytest.fixture
def checkout(sandbox_account: SandboxAccount) -> Checkout:
    """A checkout whose first run was complete, and whose declarations have then changed for everybody."""
    checkout = sandbox_account.checkout(FIRST)
    done = checkout.apply()
    assert done.code == 0, done.said
    checkout.declare(THEN)
    return checkout


def set_aside(done: CommandResult) -> dict[str, dict[str, object]]:
    return {row["contact"]["email"]: row for row in json.loads(done.out)["set_aside"]}


def assert_grace_alone_is_set_aside(
    account: SandboxAccount, checkout: Checkout, words: str, *, thorough: bool = False
) -> None:
    """The plan names her and exits with 0, an apply with 4, and the next run of both with 0, with a note."""
    plan = checkout.plan("--format", "json")
    assert plan.code == 0, plan.said
    (entry,) = set_aside(plan).values()
    assert words in str(entry["reason"])
    assert (entry["since"], entry["new"]) == (None, True)
    done = checkout.apply()
    assert done.code == 4, done.said
    assert words in done.err
    assert account.user(NED)["tags"] == ["spring", "summer"]
    assert set(account.user(ROSALIND)["roles"]) == {"customer", "preview"}
    again = checkout.apply()
    assert again.code == 0, again.said
    assert "set aside since 2026-11-23" in again.err
    assert words in again.err
    if not thorough:
        return
    for command in ("drift", "plan"):
        quiet = checkout.run(command, "--as-of", "2026-11-24T09:00:00Z", *DETAILED.get(command, ()))
        assert quiet.code == 0, quiet.said
        assert words in " ".join(quiet.out.split())


DETAILED = {"plan": ("--detailed-exitcode",)}


ANSWERS = {
    "status:code=422,path=/api/contacts/32.json": "did not show contact 32 (422)",
    "status:code=403,path=/api/contacts/32.json": "did not show contact 32 (403)",
    "status:code=404,path=/api/contacts/32.json": "contact 32 was listed but is gone",
    "status:code=503,path=/api/contacts/32.json": "did not show contact 32 (503)",
    "html:code=200,path=/api/contacts/32.json": "is not Evance's JSON",
    "reset:path=/api/contacts/32.json": "broke the connection",
}


@pytest.mark.parametrize("fault", ANSWERS)
def test_a_contact_that_is_not_shown_is_set_aside(
    sandbox_account: SandboxAccount, checkout: Checkout, fault: str
) -> None:
    """Whatever the account answers for it, the others are planned and written."""
    sandbox_account.upset(fault)
    assert_grace_alone_is_set_aside(sandbox_account, checkout, ANSWERS[fault], thorough="422" in fault)


@pytest.mark.parametrize("field", ["email", "type"])
def test_a_row_of_the_list_in_an_odd_form_is_its_own_affair(
    sandbox_account: SandboxAccount, checkout: Checkout, field: str
) -> None:
    """The record knows whose row it is."""
    sandbox_account.upset(f"odd-row:contact=32,field={field}")
    words = f"contact 32 is listed in a form that is not understood (`{field}` is not text)"
    assert_grace_alone_is_set_aside(sandbox_account, checkout, words)


def test_nobody_is_created_beside_an_odd_row(sandbox_account: SandboxAccount) -> None:
    """It may be of the very person."""
    checkout = sandbox_account.checkout(
        "contacts:\n  - {email: new@example.com, create: true, type: user,\n"
        "     profile: {firstname: New, lastname: Comer}}\n"
    )
    sandbox_account.upset("odd-row:contact=32")
    done = checkout.apply()
    assert done.code == 4, done.said
    assert "contact 32 may be the one" in done.err
    assert sandbox_account.writes() == []


def test_who_is_gone_and_who_has_moved_are_set_aside(
    sandbox_account: SandboxAccount, checkout: Checkout
) -> None:
    """The record tells both from a typing mistake, and a rename from an end."""
    sandbox_account.control("DELETE", "contacts/35")
    sandbox_account.readdress("36", "rose@example.com")
    done = checkout.apply()
    assert done.code == 4, done.said
    assert "contact 35 was this person at the last run and is gone: delete the entry" in done.err
    assert "contact 36 was this person at the last run and is now rose@example.com" in done.err
    assert "revocation still open: press of rose@example.com (contact 36)" in done.err
    assert sandbox_account.user(GRACE)["tags"] == ["spring", "summer"]
    again = checkout.apply()
    assert again.code == 0, again.said
    assert "revocation still open: press" in again.err
    told = checkout.run("explain", NED)
    assert told.code == 0
    assert "contact 35 was this person at the last run and is gone" in " ".join(told.out.split())


def test_an_account_that_shows_hardly_anybody_is_in_trouble(sandbox_account: SandboxAccount) -> None:
    """That is no odd contact: the run ends before the others are tried."""
    people = "".join(f"  - {{id: {number}, tags: [spring]}}\n" for number in range(13, 38))
    checkout = sandbox_account.checkout(f"contacts:\n{people}")
    sandbox_account.upset("status:code=422,path=/api/contacts/*")
    done = checkout.plan()
    assert done.code == 1, done.said
    reads = [row for row in sandbox_account.requests() if row["path"].startswith("/api/contacts/")]
    assert len(reads) < 10


def test_an_account_that_tells_too_little_of_most_is_never_a_note(sandbox_account: SandboxAccount) -> None:
    """Tags that are no longer told of anybody must not pass for the tags that are declared."""
    people = "".join(f"  - {{id: {number}, tags: [spring]}}\n" for number in range(13, 20))
    checkout = sandbox_account.checkout(f"contacts:\n{people}")
    sandbox_account.control("PUT", "switches", {"switches": {"tags_read": "none"}})
    assert [checkout.apply().code for _ in range(2)] == [4, 4]


def test_a_server_that_fails_for_the_only_contact_fails_the_plan(sandbox_account: SandboxAccount) -> None:
    """Nothing tells an odd contact from an account in trouble then."""
    checkout = sandbox_account.checkout(f"contacts:\n  - {{email: {NED}, tags: [spring]}}\n")
    sandbox_account.upset("status:code=503,path=/api/contacts/*")
    assert checkout.plan().code == 1


def test_who_is_declared_absent_and_gone_is_as_declared(
    sandbox_account: SandboxAccount, checkout: Checkout
) -> None:
    """By the id of the record, which stays known to later runs."""
    sandbox_account.control("DELETE", "contacts/35")
    checkout.declare(THEN.replace(f"{NED}, tags: [spring, summer]", f"{NED}, state: absent"))
    for _ in range(2):
        done = checkout.apply()
        assert done.code == 0, done.said
        assert "set aside" not in done.said


def test_an_app_that_may_read_nobody_is_in_trouble(sandbox_account: SandboxAccount) -> None:
    """However few are declared: noted as so many odd contacts, the next run would end with 0."""
    checkout = sandbox_account.checkout(FIRST)
    sandbox_account.upset("status:code=403,path=/api/contacts/*")
    assert [checkout.apply().code for _ in range(2)] == [1, 1]
