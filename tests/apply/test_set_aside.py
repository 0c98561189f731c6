"""Contacts that are set aside: nothing of them is written, nobody waits for them, the exit code says so."""

import json

import pytest

from tests.support.sandbox.sandbox_account import SandboxAccount

ROSALIND = "rosalind.keane@example.com"
"""Holds customer, press and preview."""

GRACE = "grace.odell@example.com"
"""Holds customer."""

ADDITIVE = f"""\
contacts:
  - {{email: {ROSALIND}, manage: {{roles: additive}}, roles: [newsletter]}}
  - {{email: {GRACE}, tags: [seen]}}
"""

AUTHORITATIVE = f"""\
contacts:
  - {{email: {ROSALIND}, roles: [customer, press]}}
  - {{email: {GRACE}, tags: [seen]}}
"""


def number_of(account: SandboxAccount, email: str) -> str:
    """The id of a contact."""
    (number,) = (number for number, state in account.holds().items() if state["email"] == email)
    return number


def edit(account: SandboxAccount, email: str, **changes: str) -> None:
    """A person in the shop changes a contact."""
    account.control("PATCH", f"contacts/{number_of(account, email)}", changes)


@pytest.mark.parametrize("word", ["rejected", "suspended", "default"])
def test_a_kept_grant_of_another_status_is_not_sent_again(sandbox_account: SandboxAccount, word: str) -> None:
    """By the role's own rules it might come alive: its contact is not written, the other one is."""
    sandbox_account.control("PUT", "switches", {"switches": {"held_grant": "reset"}})
    edit(sandbox_account, ROSALIND, grant="preview", status=word)
    before = sandbox_account.user(ROSALIND)
    done = sandbox_account.checkout(ADDITIVE).apply()
    assert done.code == 4, done.said
    assert f"  ? {ROSALIND}" in done.out
    assert f"set aside: role preview is '{word}'" in done.err
    assert "1 of 2 contacts are not as declared\ncorrect these entries as their lines say" in done.err
    assert sandbox_account.user(ROSALIND) == before
    assert sandbox_account.user(GRACE)["tags"] == ["seen"]


def test_a_kept_grant_that_waits_goes_on_waiting(sandbox_account: SandboxAccount) -> None:
    """It is sent without a status, and the other roles are written."""
    edit(sandbox_account, ROSALIND, grant="preview", status="pending")
    done = sandbox_account.checkout(ADDITIVE).apply()
    assert done.code == 0, done.said
    roles = sandbox_account.user(ROSALIND)["roles"]
    assert (roles["preview"][0], roles["newsletter"][0]) == ("pending", "active")


@pytest.mark.parametrize("declared", ["press", "{reference: press, status: active}"])
def test_a_rejection_is_neither_taken_over_nor_overwritten(
    sandbox_account: SandboxAccount, declared: str
) -> None:
    """Whoever rejected it decides; a plan says so with 0, and does not call the contact as declared."""
    edit(sandbox_account, ROSALIND, grant="press", status="rejected")
    checkout = sandbox_account.checkout(AUTHORITATIVE.replace("press", declared))
    plan = checkout.plan()
    assert plan.code == 0, plan.said
    assert "1 contact to update, 1 set aside" in plan.out
    assert checkout.plan("--detailed-exitcode").code == 2
    done = checkout.apply()
    assert done.code == 4, done.said
    assert f"revocation still open: preview of {ROSALIND}" in done.err
    assert sandbox_account.user(ROSALIND)["roles"]["press"][0] == "rejected"
    drift = checkout.run("drift")
    again = checkout.apply()
    assert (again.code, "revocation still open: preview" in again.err) == (0, True), "it is known by now"
    assert drift.code == 0, drift.said
    assert "No drift. 1 contact at" in drift.out
    assert f"  ? {ROSALIND}" in drift.out


def test_who_is_known_is_told_anew_where_another_role_should_go(sandbox_account: SandboxAccount) -> None:
    """A note covers what a run has told of, and no role that somebody has given meanwhile."""
    edit(sandbox_account, ROSALIND, grant="press", status="rejected")
    checkout = sandbox_account.checkout(AUTHORITATIVE)
    assert [checkout.apply().code for _ in range(2)] == [4, 0]
    edit(sandbox_account, ROSALIND, grant="trade-account")
    assert checkout.plan("--check").code == 3
    done = checkout.apply()
    assert (done.code, "revocation still open: trade-account" in done.err) == (4, True), done.said
    assert checkout.apply().code == 0


def test_a_grant_that_is_rejected_between_plan_and_write_is_not_sent(sandbox_account: SandboxAccount) -> None:
    """The reading right before the write decides: that contact is skipped, with the reason."""
    edit(sandbox_account, ROSALIND, grant="preview", status="pending")
    number = number_of(sandbox_account, ROSALIND)
    path = f"/api/contacts/{number}.json"
    sandbox_account.upset(f"writer:contact={number},grant=preview,status=rejected,method=GET,path={path},n=2")
    done = sandbox_account.checkout(ADDITIVE).apply()
    assert done.code == 4, done.said
    assert f"{ROSALIND} (contact 36): skipped: changed meanwhile: role preview is 'rejected'" in done.err
    assert "newsletter" not in sandbox_account.user(ROSALIND)["roles"]
    assert sandbox_account.user(GRACE)["tags"] == ["seen"]


def test_tags_of_other_types_are_not_lost(sandbox_account: SandboxAccount) -> None:
    """An account that drops them on every write of tags: the contact is not written, with the type named."""
    sandbox_account.control("PUT", "switches", {"switches": {"other_tags": "drop"}})
    edit(sandbox_account, ROSALIND, tag="gold", tag_type="product")
    before = sandbox_account.user(ROSALIND)
    declared = f"contacts:\n  - {{email: {ROSALIND}, tags: [seen]}}\n  - {{email: {GRACE}, tags: [seen]}}\n"
    checkout = sandbox_account.checkout(declared)
    (entry,) = json.loads(checkout.plan("--format", "json").out)["set_aside"]
    assert "tags of the type 'product'" in entry["reason"]
    done = checkout.apply()
    assert done.code == 4, done.said
    number = number_of(sandbox_account, ROSALIND)
    assert "gold" in json.dumps(sandbox_account.control("GET", f"contacts/{number}"))
    assert sandbox_account.user(ROSALIND) == before
    assert sandbox_account.user(GRACE)["tags"] == ["seen"]


@pytest.mark.parametrize(("known", "code"), [("", 4), ("pending_word: awaiting\n", 0)])
def test_the_word_for_waiting_is_what_a_probe_has_found(
    sandbox_account: SandboxAccount, known: str, code: int
) -> None:
    """An account with a word of its own: without a probe it is unknown, so that the contact is set aside."""
    sandbox_account.control("PUT", "switches", {"switches": {"pending_word": "awaiting"}})
    edit(sandbox_account, ROSALIND, grant="preview", status="pending")
    checkout = sandbox_account.checkout(ADDITIVE)
    account = sandbox_account.access.url.removeprefix("http://")
    (checkout.root / "evance.capabilities.yaml").write_text(
        f'version: 1\naccount: "{account}"\nas_of: 2026-11-23T09:00:00Z\n{known}', encoding="utf-8"
    )
    done = checkout.apply()
    assert done.code == code, done.said
    assert ("newsletter" in sandbox_account.user(ROSALIND)["roles"]) == (code == 0)
    assert sandbox_account.user(ROSALIND)["roles"]["preview"][0] != "active"
