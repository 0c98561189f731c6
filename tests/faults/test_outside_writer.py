"""Somebody else writes at every point of a run: what they gave stays, but in the moment nobody can see."""

import re

import pytest

from tests.support.command_line import CommandResult
from tests.support.sandbox.sandbox_account import Checkout, SandboxAccount

ROSALIND = "rosalind.keane@example.com"  # 36, holds customer, press, preview; tag vip

DECLARED = f"""\
contacts:
  - {{email: {ROSALIND}, roles: [customer, preview, newsletter]}}
  - {{email: harriet@mowbraydesign.example.net, tags: [trade, ipswich]}}
"""

FIRST = "harriet@mowbraydesign.example.net"  # 28, only its tags change

# Rosalind loses a role and goes first: reads 1 and 2 are for the plan, 3 before her write, 4 reads it back.
SEEN = {
    "token": "path=/admin/oauth/*,n=1",
    "roles page": "path=/api/v2/roles.json,n=1",
    "list page": "path=/api/v2/contacts.json,n=4",
    "contact read": "method=GET,path=/api/contacts/36.json,n=1",
    "read before write": "method=GET,path=/api/contacts/36.json,n=2",
    "write taken": "method=POST,path=/api/contacts/36.json,n=1,when=after",
    "read-back": "method=GET,path=/api/contacts/36.json,n=3",
}

BEFORE_THE_PLAN = {"token", "roles page", "list page", "contact read"}


def applied(
    sandbox_account: SandboxAccount, act: str, point: str, workers: int = 1
) -> tuple[Checkout, CommandResult]:
    checkout = sandbox_account.checkout(DECLARED, workers=workers)
    sandbox_account.upset(f"writer:contact=36,{act},{point}")
    return checkout, checkout.apply()


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("point", SEEN)
def test_an_ignored_grant_is_never_lost(sandbox_account: SandboxAccount, point: str, workers: int) -> None:
    """Given at any point that a reading can see, it is carried along."""
    checkout, done = applied(sandbox_account, "grant=staff-tools", SEEN[point], workers)
    assert "staff-tools" in sandbox_account.user(ROSALIND)["roles"]
    confirmed = point not in ("write taken", "read-back")
    assert done.code == (0 if confirmed else 4), done.said
    assert_settles(sandbox_account, checkout)
    assert set(sandbox_account.user(ROSALIND)["roles"]) == {
        "customer",
        "preview",
        "newsletter",
        "staff-tools",
    }


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("point", SEEN)
def test_an_undeclared_grant_is_only_revoked_where_that_was_shown(
    sandbox_account: SandboxAccount, point: str, workers: int
) -> None:
    """Before the plan it is in the plan; after it, the contact is left alone or the difference is told."""
    checkout, done = applied(sandbox_account, "grant=sample-box", SEEN[point], workers)
    shown = "- role  sample-box" in done.out
    assert shown == (point in BEFORE_THE_PLAN)
    assert ("sample-box" in sandbox_account.user(ROSALIND)["roles"]) == (not shown)
    assert done.code == (0 if shown else 4), done.said
    if point == "read before write":
        assert f"{ROSALIND} (contact 36): skipped: changed meanwhile" in done.err
        assert f"revocation still open: press of {ROSALIND}" in done.err
    assert_settles(sandbox_account, checkout)


@pytest.mark.parametrize("point", SEEN)
def test_a_facet_that_is_not_managed_is_never_touched(sandbox_account: SandboxAccount, point: str) -> None:
    """The tags of a contact whose roles alone are declared belong to others, at every moment.

    One that goes between the two readings beside the write is named, since the write may have taken it.
    """
    _, done = applied(sandbox_account, "tag=new-one,untag=vip", SEEN[point])
    assert sandbox_account.user(ROSALIND)["tags"] == ["new-one"]
    named = f"{ROSALIND} (contact 36): not confirmed: it lost tag vip, which nobody asked to take" in done.err
    assert named == (point in ("write taken", "read-back"))
    assert done.code == (4 if named else 0), done.said


def test_what_is_written_within_the_gap_is_overwritten_and_the_gap_is_told(
    sandbox_account: SandboxAccount,
) -> None:
    """The API has no lock: between a read and its write nobody can see another's write. It is kept short."""
    _, done = applied(
        sandbox_account, "grant=staff-tools", "method=POST,path=/api/contacts/36.json,n=1,when=before"
    )
    assert done.code == 0, done.said
    assert "staff-tools" not in sandbox_account.user(ROSALIND)["roles"]
    found = re.search(r"Longest time between a read and its write: (\d+\.\d+) s", done.err)
    assert found is not None
    assert float(found[1]) < 5


def test_even_within_the_gap_what_is_not_managed_is_safe(sandbox_account: SandboxAccount) -> None:
    """A write names only the facets that are declared."""
    _, done = applied(
        sandbox_account, "tag=new-one", "method=POST,path=/api/contacts/36.json,n=1,when=before"
    )
    assert done.code == 0, done.said
    assert sandbox_account.user(ROSALIND)["tags"] == ["new-one", "vip"]


@pytest.mark.parametrize(
    "way",
    ["writer:contact=36,email=rosie@example.com", f"newcomer:email={ROSALIND},moved-to=rosie@example.com"],
)
def test_an_address_that_changes_while_the_account_is_read_stops_nobody(
    sandbox_account: SandboxAccount, way: str
) -> None:
    """Between the list and the reading of a contact: all are listed again, and only that one is set aside."""
    checkout = sandbox_account.checkout(f"contacts: [{{email: {ROSALIND}, tags: [vip]}}]\n")
    assert checkout.apply().code == 0
    checkout.declare(DECLARED)
    sandbox_account.upset(f"{way},path=/api/contacts/36.json,n=1")
    done = checkout.apply()
    assert done.code == 4, done.said
    assert "contact 36 was this person at the last run" in done.out
    assert sandbox_account.user(FIRST)["tags"] == ["auto:imported", "ipswich", "trade"]
    assert all(
        state["roles"] == {} for state in sandbox_account.holds().values() if state["firstname"] == "New"
    )


def assert_settles(sandbox_account: SandboxAccount, checkout: Checkout) -> None:
    sandbox_account.calm()
    assert checkout.apply().code == 0
    last = checkout.apply()
    assert (last.code, "No changes" in last.out) == (0, True), last.said
    assert set(sandbox_account.user(FIRST)["tags"]) == {"trade", "ipswich", "auto:imported"}
