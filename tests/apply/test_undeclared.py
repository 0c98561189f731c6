"""Contacts that are declared no longer: they keep what they hold, and every plan says so until a run ends."""

import json
from typing import Any

import pytest

from tests.support.sandbox.sandbox_account import AS_OF, Checkout, SandboxAccount

GRACE, TOM = "32", "9"

TEAM = """\
contacts:
  - {email: grace.odell@example.com, roles: [customer, press]}
  - {email: tom.wherry@example.com, tags: [ipswich]}
"""

WITHOUT_TOM = """\
contacts:
  - {email: grace.odell@example.com, roles: [customer, press]}
"""


def undeclared(checkout: Checkout) -> list[tuple[str, str, str | None]]:
    """Contact, what is declared no longer, and the item, as the plan's JSON has them."""
    file = checkout.root / "plan.json"
    done = checkout.plan("--out", str(file))
    assert done.code == 0, done.said
    rows: list[dict[str, Any]] = json.loads(file.read_text())["undeclared"]
    return [(row["contact"]["id"], row["what"], row["item"]) for row in rows]


def test_a_deleted_entry_is_told_until_a_run_is_complete(sandbox_account: SandboxAccount) -> None:
    """Nothing is taken away; each plan says who keeps what, and the run after which nobody asks any more."""
    checkout = sandbox_account.checkout(TEAM)
    assert checkout.apply().code == 0
    checkout.declare(WITHOUT_TOM)
    before = sandbox_account.holds()[TOM]
    sandbox_account.control("DELETE", "requests")
    assert undeclared(checkout) == [(TOM, "contact", "ipswich")]
    read = [one["path"] for one in sandbox_account.requests() if one["path"].startswith("/api/contacts/")]
    assert sorted(path.split("/")[3].removesuffix(".json") for path in read) == sorted([GRACE, TOM])
    assert undeclared(checkout) == [(TOM, "contact", "ipswich")]
    assert checkout.run("drift", "--as-of", AS_OF).code == 0
    assert checkout.apply().code == 0
    assert undeclared(checkout) == []
    assert sandbox_account.holds()[TOM] == before


def test_whoever_is_deleted_in_the_account_keeps_nothing(sandbox_account: SandboxAccount) -> None:
    """An entry that is deleted because its contact is gone needs no word."""
    checkout = sandbox_account.checkout(TEAM)
    assert checkout.apply().code == 0
    sandbox_account.control("DELETE", f"contacts/{TOM}")
    checkout.declare(WITHOUT_TOM)
    assert undeclared(checkout) == []


@pytest.mark.parametrize("fault", ["status:code=422", "status:code=500", "truncate:how=wire"])
def test_whoever_can_not_be_read_may_keep_anything(sandbox_account: SandboxAccount, fault: str) -> None:
    """Nobody declares the contact, so it stops nobody; nor is it told that it holds nothing."""
    checkout = sandbox_account.checkout(TEAM)
    assert checkout.apply().code == 0
    checkout.declare(WITHOUT_TOM)
    sandbox_account.upset(f"{fault},path=/api/contacts/{TOM}*")
    assert undeclared(checkout) == [(TOM, "contact", None)]
    assert "what that is was not looked at" in checkout.plan().out


def test_whoever_is_listed_oddly_is_told_by_the_contact_itself(sandbox_account: SandboxAccount) -> None:
    """Not forgotten for good, as if it were gone."""
    checkout = sandbox_account.checkout(TEAM)
    assert checkout.apply().code == 0
    checkout.declare(WITHOUT_TOM)
    sandbox_account.upset(f"odd-row:contact={TOM},field=email")
    assert undeclared(checkout) == [(TOM, "contact", "ipswich")]
    sandbox_account.upset(f"odd-row:contact={TOM},field=email", f"status:code=422,path=/api/contacts/{TOM}*")
    assert undeclared(checkout) == [(TOM, "contact", None)]
    assert f"tom.wherry@example.com (contact {TOM})" in checkout.plan().out


def test_a_setting_refuses_the_run_that_would_forget_somebody(sandbox_account: SandboxAccount) -> None:
    """Even one that writes nothing; it is lifted like other guards, and then told no more."""
    checkout = sandbox_account.checkout(TEAM, settings="undeclared: refuse\n")
    assert checkout.apply().code == 0
    checkout.declare(WITHOUT_TOM)
    assert checkout.plan("--check").code == 3
    refused = checkout.apply()
    assert refused.code == 3, refused.said
    assert "undeclared: 1 contact would keep what is declared no longer; the limit is 0" in refused.err
    assert "--allow undeclared=1" in refused.err
    due = checkout.apply("--due")
    assert due.code == 0, due.said
    assert undeclared(checkout) == [(TOM, "contact", "ipswich")]
    assert checkout.apply("--allow", "undeclared=1").code == 0
    assert checkout.apply().code == 0


def test_so_many_deleted_entries_are_not_looked_at(sandbox_account: SandboxAccount) -> None:
    """A folder that was lost costs no request for each of its contacts."""
    ids = [number for number in map(int, sandbox_account.holds()) if str(number) != TOM][:51]
    entries = "".join(f"  - {{id: {number}, roles: []}}\n" for number in ids)
    checkout = sandbox_account.checkout(
        f"contacts:\n  - {{id: {TOM}, roles: []}}\n{entries}", settings="manage: {roles: additive}\n"
    )
    assert checkout.apply().code == 0
    checkout.declare(f"contacts: [{{id: {TOM}, roles: []}}]\n")
    sandbox_account.control("DELETE", "requests")
    assert {(what, item) for _, what, item in undeclared(checkout)} == {("contact", None)}
    assert len([one for one in sandbox_account.requests() if one["path"].startswith("/api/contacts/")]) == 1
