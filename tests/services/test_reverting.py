"""Revert takes back what a run did, of that person, at that account; what it can't take back it names."""

from pathlib import Path

import pytest

from reconcile.sandbox import running, seed
from tests.support.command_line import CommandResult
from tests.support.repository import Repository
from tests.support.sandbox.sandbox_account import AS_OF, Checkout, SandboxAccount
from tests.support.shop import NOW

ROSALIND = "rosalind.keane@example.com"

ELIN = "elin.sorensen@example.org"

SWAP = f"contacts:\n  - {{email: {ROSALIND}, roles: [customer, preview, newsletter]}}\n"
"""Contact 36 gains ``newsletter`` and loses ``press``."""

BOTH = f"{SWAP}  - {{email: {ELIN}, roles: [customer, newsletter]}}\n"

NEW = """\
contacts:
  - email: nina@example.com
    create: true
    type: user
    profile: {firstname: Nina, lastname: New}
    roles: [customer]
    tags: [fresh]
"""


def last_run(checkout: Checkout) -> Path:
    return max((checkout.state / "runs").glob("*.jsonl"))


def cut(path: Path, lines: int) -> None:
    """What a process that is killed leaves: the lines until then."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines]))


def revert(checkout: Checkout, *arguments: str, run: Path | None = None, as_of: str = AS_OF) -> CommandResult:
    name = (run or last_run(checkout)).stem
    saved = str(checkout.root / "revert.json")
    return checkout.run("revert", name, "--as-of", as_of, "--out", saved, *arguments)


def carry_out(checkout: Checkout, *arguments: str, as_of: str = AS_OF) -> CommandResult:
    return checkout.apply(str(checkout.root / "revert.json"), *arguments, as_of=as_of)


def applied(
    sandbox_account: SandboxAccount, declared: str, *, settings: str = "", as_of: str = AS_OF
) -> Checkout:
    checkout = sandbox_account.checkout(declared, settings=settings)
    done = checkout.apply(as_of=as_of)
    assert done.code == 0, done.said
    return checkout


def test_what_the_run_did_is_undone_and_what_others_did_stays(sandbox_account: SandboxAccount) -> None:
    """The role it granted goes, the one it revoked comes back; a role that others gave since is kept."""
    before = sandbox_account.user(ROSALIND)
    checkout = applied(sandbox_account, SWAP)
    sandbox_account.outside("36", grant="trade-account", tag="by-hand")
    assert revert(checkout).code == 0
    done = carry_out(checkout)
    assert done.code == 0, done.said
    after = sandbox_account.user(ROSALIND)
    assert after["roles"].keys() == before["roles"].keys() | {"trade-account"}
    assert after["tags"] == sorted([*before["tags"], "by-hand"])


def test_what_the_declarations_still_ask_for_is_named(sandbox_account: SandboxAccount) -> None:
    """The next apply would do it again: the plan says so, and which commit to take back; else nothing."""
    checkout = sandbox_account.checkout(SWAP.replace("newsletter", "press"))
    (checkout.root / ".gitignore").write_text(".reconcile/\nplan.json\n")
    repository = Repository.at(checkout.root)
    repository.commit()
    checkout.declare(SWAP)
    commit = repository.commit()
    assert checkout.apply().code == 0
    done = revert(checkout)
    assert "- role  newsletter  not held before the run" in done.out, done.said
    assert "still ask for what this takes back" in done.out, done.said
    assert "role newsletter of rosalind.keane@example.com (contact 36)" in done.out
    assert f"'git revert {commit[:7]}'" in done.out
    checkout.declare("contacts: [{email: broken")
    assert "The declarations can't be read" in revert(checkout).out
    repository.git("checkout", "-q", "contacts")
    repository.git("revert", "--no-edit", commit[:7])
    assert "still ask" not in revert(checkout).out
    assert carry_out(checkout).code == 0
    assert "No changes" in checkout.plan().out


def test_a_run_of_another_account_is_refused(sandbox_account: SandboxAccount, tmp_path: Path) -> None:
    """The same id is another person there: both accounts are named, and nothing is planned."""
    other = tmp_path / "account" / "sandbox.sqlite3"
    other.parent.mkdir()
    seed(other, now=NOW)
    checkout = applied(sandbox_account, SWAP)
    with running(other, now=NOW) as shop:
        assert revert(checkout).code == 0
        settings = (checkout.root / "reconcile.yaml").read_text("utf-8")
        checkout.configure(settings.replace(sandbox_account.access.url, shop.url))
        checkout.environment.update(EVANCE_CLIENT_ID=shop.client_id, EVANCE_PRIVATE_KEY=shop.private_key)
        for done in (revert(checkout), carry_out(checkout)):
            assert done.code == 3, done.said
            for url in (sandbox_account.access.url, shop.url):
                assert url.removeprefix("http://") in done.err


def test_a_contact_that_is_somebody_else_by_now_is_left_alone(sandbox_account: SandboxAccount) -> None:
    """Her roles never move to another person; the other contacts of the run are reverted."""
    checkout = applied(sandbox_account, BOTH)
    held = sandbox_account.user(ROSALIND)["roles"]
    sandbox_account.readdress("36", "eve@example.com")
    done = revert(checkout)
    assert done.code == 0, done.said
    assert "Note: rosalind.keane@example.com (contact 36): it has another type, e-mail or" in done.out
    assert carry_out(checkout).code == 0
    assert sandbox_account.user("eve@example.com")["roles"] == held
    assert "newsletter" not in sandbox_account.user(ELIN)["roles"]


def test_a_contact_that_becomes_somebody_else_after_the_approval_stops_the_revert(
    sandbox_account: SandboxAccount,
) -> None:
    """It was approved for another: nothing is written, and it is not passed over in silence."""
    checkout = applied(sandbox_account, SWAP)
    assert revert(checkout).code == 0
    sandbox_account.readdress("36", "eve@example.com")
    done = carry_out(checkout)
    assert done.code == 3, done.said
    assert "rosalind.keane@example.com: it is gone or has another e-mail or reference" in done.err
    assert len(sandbox_account.writes()) == 1


@pytest.mark.parametrize("back", [False, True])
def test_an_address_that_the_run_gave_is_the_contacts_own(
    sandbox_account: SandboxAccount, *, back: bool
) -> None:
    """Whether she still has it or has the old one again: she is the same person."""
    declared = "contacts:\n  - {id: 36, profile: {email: new@example.com}, roles: [customer, preview]}\n"
    checkout = applied(sandbox_account, declared)
    if back:
        sandbox_account.readdress("36", ROSALIND)
    assert revert(checkout).code == 0
    done = carry_out(checkout)
    assert done.code == 0, done.said
    assert "press" in sandbox_account.user(ROSALIND)["roles"]


def test_what_had_lapsed_does_not_come_back(sandbox_account: SandboxAccount) -> None:
    """The run took it away because its time was over: that is no mistake to be undone."""
    window = "expires: 2026-11-30"
    declared = f"""\
contacts:
  - email: {ROSALIND}
    roles: [customer, preview, {{reference: press, {window}}}]
    tags: [{{value: vip, {window}}}]
"""
    sandbox_account.outside("36", tag="vip")
    checkout = applied(sandbox_account, declared, as_of="2026-12-02T00:00:00Z")
    held = sandbox_account.user(ROSALIND)
    assert "press" not in held["roles"]
    assert "vip" not in held["tags"]
    done = revert(checkout, as_of="2026-12-03T00:00:00Z")
    assert done.code == 0, done.said
    assert "(contact 36): role press had lapsed and does not come back" in done.out
    assert "(contact 36): tag vip had lapsed and does not come back" in done.out
    assert "role  press" not in done.out


def test_a_grant_whose_own_expiry_has_passed_since_does_not_come_back(
    sandbox_account: SandboxAccount,
) -> None:
    """It was revoked early, but by now it would be over anyway."""
    at = "2026-11-25T00:00:00Z"
    checkout = applied(
        sandbox_account, f"contacts: [{{id: 36, roles: [customer, {{reference: press, expires: '{at}'}}]}}]\n"
    )
    checkout.declare("contacts: [{id: 36, roles: [customer]}]\n")
    assert checkout.apply(as_of="2026-11-23T09:00:01Z").code == 0
    soon, late = (revert(checkout, as_of=moment) for moment in ("2026-11-24T00:00:00Z", at))
    assert "+ role  press" in soon.out
    assert "role press would have lapsed at 2026-11-25 00:00 (UTC) and does not come back" in late.out
    assert "+ role  press" not in late.out


def test_a_lengthened_grant_goes_when_its_old_expiry_has_passed(sandbox_account: SandboxAccount) -> None:
    """Without the run she would not hold it by now: it is revoked, and the plan says why."""
    at = "2026-11-25T00:00:00Z"
    checkout = applied(
        sandbox_account, f"contacts: [{{id: 36, roles: [customer, {{reference: press, expires: '{at}'}}]}}]\n"
    )
    checkout.declare("contacts: [{id: 36, roles: [customer, press]}]\n")
    assert checkout.apply(as_of="2026-11-23T09:00:01Z").code == 0
    done = revert(checkout, as_of=at)
    assert "- role  press" in done.out, done.said
    assert "role press goes: without the run it would have lapsed at 2026-11-25 00:00 (UTC)" in done.out


def test_a_write_in_doubt_that_took_effect_is_undone(sandbox_account: SandboxAccount) -> None:
    """Killed before the outcome was noted: the contact is read, and it is as after the write."""
    before = sandbox_account.user(ROSALIND)
    checkout = applied(sandbox_account, SWAP)
    cut(last_run(checkout), 2)
    assert revert(checkout).code == 0
    assert carry_out(checkout).code == 0
    assert sandbox_account.user(ROSALIND) == before


def test_a_write_in_doubt_beside_a_sure_one_is_undone_too(sandbox_account: SandboxAccount) -> None:
    """None of the two contacts is left out."""
    before = [sandbox_account.user(email) for email in (ROSALIND, ELIN)]
    checkout = applied(sandbox_account, BOTH)
    cut(last_run(checkout), 5)
    assert revert(checkout).code == 0
    assert carry_out(checkout).code == 0
    assert [sandbox_account.user(email) for email in (ROSALIND, ELIN)] == before


def test_a_revert_of_a_killed_run_only_reads(sandbox_account: SandboxAccount) -> None:
    """Neither the account nor the journal is written: that is for apply."""
    checkout = applied(sandbox_account, SWAP)
    cut(last_run(checkout), 2)
    content, writes = last_run(checkout).read_bytes(), sandbox_account.writes()
    assert revert(checkout).code == 0
    assert (last_run(checkout).read_bytes(), sandbox_account.writes()) == (content, writes)


def test_a_write_that_never_took_effect_is_not_undone(sandbox_account: SandboxAccount) -> None:
    """Otherwise the revert would undo what the next run did."""
    checkout = applied(sandbox_account, SWAP)
    killed = last_run(checkout)
    cut(killed, 2)
    sandbox_account.reset()
    looked = revert(checkout)
    assert looked.code == 64, looked.said
    assert checkout.apply(as_of="2026-11-23T09:00:01Z").code == 0
    done = revert(checkout, run=killed)
    assert done.code == 64, done.said
    assert "wrote nothing, so there is nothing to revert" in done.err


def test_a_contact_whose_creation_is_in_doubt_is_named(sandbox_account: SandboxAccount) -> None:
    """It exists and holds roles, but the answer with its id was lost: it is said how to find it."""
    checkout = sandbox_account.checkout(NEW)
    sandbox_account.upset(
        "reset:when=after,method=POST,path=/api/contacts.json,n=1",
        "status:code=403,path=/api/v2/contacts.json,n=10",
    )
    assert checkout.apply().code == 4
    sandbox_account.calm()
    assert sandbox_account.user("nina@example.com")["roles"]
    done = revert(checkout)
    assert done.code == 0, done.said
    assert "Note: nina@example.com: it was to be created, and the answer was lost" in done.out
    assert "empty-declarations" not in done.out


def test_a_created_contact_loses_what_the_run_gave_it_and_stays(sandbox_account: SandboxAccount) -> None:
    """Names can't be emptied and contacts are never deleted: the plan can succeed, and says so."""
    checkout = applied(sandbox_account, NEW)
    done = revert(checkout)
    assert "the run created this contact, and it stays" in done.out, done.said
    done = carry_out(checkout, "--allow", "last-role=1")
    assert done.code == 0, done.said
    nina = sandbox_account.user("nina@example.com")
    assert (nina["roles"], nina["tags"], nina["firstname"]) == ({}, [], "Nina")


@pytest.mark.parametrize(
    ("settings", "entry"),
    [
        ("manage: {roles: additive, tags: additive}\n", ""),
        ("", "manage: {roles: additive, tags: additive}, "),
    ],
    ids=["in reconcile.yaml", "of the contact"],
)
def test_what_was_granted_in_additive_mode_is_taken_back(
    sandbox_account: SandboxAccount, settings: str, entry: str
) -> None:
    """The mode says what happens to things that nobody declared; what the run gave is known to be its."""
    before = sandbox_account.user(ROSALIND)
    declared = f"contacts:\n  - {{email: {ROSALIND}, {entry}roles: [newsletter], tags: [fresh]}}\n"
    checkout = applied(sandbox_account, declared, settings=settings)
    sandbox_account.outside("36", grant="trade-account", tag="by-hand")
    assert revert(checkout).code == 0
    assert carry_out(checkout).code == 0
    after = sandbox_account.user(ROSALIND)
    assert after["roles"].keys() == {*before["roles"], "trade-account"}
    assert after["tags"] == sorted([*before["tags"], "by-hand"])


def test_an_activation_that_can_not_be_undone_is_named(sandbox_account: SandboxAccount) -> None:
    """Nothing makes a grant wait again: the plan is empty, but not silent."""
    email, role, others = next(
        (state["email"], name, [one for one in state["roles"] if not one.startswith("staff-")])
        for state in sandbox_account.holds().values()
        for name, (status, _) in state["roles"].items()
        if status == "pending" and state["type"] == "user" and not name.startswith("staff-")
    )
    roles = ", ".join(f"{{reference: {one}, status: active}}" if one == role else one for one in others)
    checkout = applied(sandbox_account, f"contacts:\n  - {{email: {email}, roles: [{roles}]}}\n")
    done = revert(checkout)
    assert done.code == 0, done.said
    assert f"role {role} was made active and stays so" in done.out


def test_a_folder_that_can_not_be_read_keeps_nothing_from_being_rolled_back(
    sandbox_account: SandboxAccount,
) -> None:
    """A revert has declarations of its own, from the journal; those of the folder may be what went wrong."""
    checkout = applied(sandbox_account, NEW)
    checkout.declare("contacts: [\n")
    assert revert(checkout).code == 0
    done = carry_out(checkout, "--allow", "last-role=1")
    assert done.code == 0, done.said
    assert sandbox_account.user("nina@example.com")["roles"] == {}
    assert checkout.apply().code == 65


@pytest.mark.parametrize("status", ["suspended", "rejected"])
def test_a_revoked_grant_that_opened_nothing_does_not_come_back(
    sandbox_account: SandboxAccount, status: str
) -> None:
    """To grant it again by the role's own rules would give access that the contact did not have."""
    sandbox_account.control("PATCH", "contacts/36", {"grant": "sample-box", "status": status})
    checkout = applied(
        sandbox_account, f"contacts: [{{email: {ROSALIND}, roles: [customer, press, preview]}}]"
    )
    undone = revert(checkout)
    assert f"role sample-box was '{status}' and does not come back" in " ".join(undone.out.split())
    assert carry_out(checkout).code == 0
    assert "sample-box" not in sandbox_account.user(ROSALIND)["roles"]
