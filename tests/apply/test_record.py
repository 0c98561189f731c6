"""What a run remembers of each entry, and what later runs make of it, against the sandbox."""

import json
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconcile.journal.record import content_digest
from tests.support.command_line import CommandResult
from tests.support.sandbox.sandbox_account import AS_OF, Checkout, SandboxAccount

GRACE, TOM, BOB, STRANGER = "32", "9", "13", "50"

HERS, NEW_ADDRESS = "grace.odell@example.com", "grace.new@example.com"

TEAM = """\
contacts:
  - {email: grace.odell@example.com, roles: [customer, press]}
  - {email: tom.wherry@example.com, tags: [ipswich]}
"""

RENAMING = """\
contacts:
  - email: grace.odell@example.com
    roles: [customer, press]
    profile: {email: grace.new@example.com}
  - {email: tom.wherry@example.com, tags: [ipswich]}
"""

STARTED, LATER, MUCH_LATER = "2026-12-01T06:00:00Z", "2026-12-02T06:00:00Z", "2026-12-03T06:00:00Z"

ALLOWED = ("--allow", "changing-email=1")


def records(checkout: Checkout) -> list[Path]:
    return sorted((checkout.state / "records").glob("*"))


def entries(checkout: Checkout) -> dict[str, dict[str, Any]]:
    """What the last record says, by e-mail, reference or id of the entry."""
    line = checkout.lines("record")[-1]
    rows = json.loads((checkout.state / "records" / line["file"]).read_bytes())["entries"]
    return {row["email"] or row["reference"] or row["id"]: row for row in rows}


def applied(checkout: Checkout, *arguments: str, as_of: str = AS_OF) -> CommandResult:
    done = checkout.apply(*arguments, as_of=as_of)
    assert done.code == 0, done.said
    return done


def causes(checkout: Checkout, at: str) -> list[tuple[str, str, bool]]:
    """Item, cause and whether it is due, of each difference."""
    file = checkout.root / "drift.json"
    checkout.run("drift", "--as-of", at, "--out", str(file))
    return [(one["item"], one["cause"], one["due"]) for one in json.loads(file.read_text())["differences"]]


def roles(account: SandboxAccount, contact: str) -> set[str]:
    return set(account.holds()[contact]["roles"])


# --- The record itself ---


def test_a_complete_run_ends_its_journal_with_a_record(sandbox_account: SandboxAccount) -> None:
    """Who each entry was about, since when it is as declared, in a file of its owner that the line seals."""
    checkout = sandbox_account.checkout(TEAM)
    applied(checkout)
    (run,), (line,) = checkout.journals(), checkout.lines("record")
    assert [entry.kind for entry in run.lines[-2:]] == ["record", "end"]
    (file,) = records(checkout)
    assert (file.name, line["digest"]) == (f"{run.name}.json", content_digest(file.read_bytes()))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (line["at"], line["commit"], line["entries"]) == (AS_OF, None, 2)
    assert {email: row["contact"] for email, row in entries(checkout).items()} == {
        HERS: GRACE,
        "tom.wherry@example.com": TOM,
    }
    assert {(row["settled"], row["set_aside"]) for row in entries(checkout).values()} == {("record", None)}


def test_a_run_that_writes_nothing_leaves_a_record_in_the_same_file(sandbox_account: SandboxAccount) -> None:
    """The account was found as declared once more; equal entries need no second file."""
    checkout = sandbox_account.checkout(TEAM)
    applied(checkout)
    applied(checkout, as_of=STARTED)
    first, second = checkout.lines("record")
    assert (second["file"], second["digest"]) == (first["file"], first["digest"])
    assert (first["at"], second["at"]) == (AS_OF, STARTED)
    assert len(records(checkout)) == 1


def test_a_run_that_leaves_something_undone_leaves_no_record(sandbox_account: SandboxAccount) -> None:
    """The record before it goes on to count."""
    checkout = sandbox_account.checkout("contacts: [{email: tom.wherry@example.com, tags: [ipswich]}]\n")
    applied(checkout)
    checkout.declare(TEAM)
    sandbox_account.upset(f"status:code=422,method=POST,path=/api/contacts/{GRACE}*")
    assert checkout.apply().code in {1, 4}
    assert list(entries(checkout)) == ["tom.wherry@example.com"]
    assert len(checkout.lines("record")) == 1


def test_what_was_lost_between_a_record_and_the_end_of_its_run_is_not_needed(
    sandbox_account: SandboxAccount,
) -> None:
    """A run that is killed after its record has done all its work."""
    checkout = sandbox_account.checkout(TEAM)
    applied(checkout)
    (journal,) = (checkout.state / "runs").iterdir()
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    sandbox_account.outside(GRACE, revoke="press")
    assert causes(checkout, AS_OF) == [("press", "changed outside", False)]


def test_only_the_files_of_the_newest_records_are_kept(sandbox_account: SandboxAccount) -> None:
    """Those that a last record may need, should the runs after it be retired."""
    checkout = sandbox_account.checkout("")
    for number in range(7):
        checkout.declare(f"contacts: [{{id: {TOM}, tags: [ipswich, tag-{number}]}}]\n")
        applied(checkout)
    wanted = [line["file"] for line in checkout.lines("record")[-5:]]
    assert [file.name for file in records(checkout)] == sorted(wanted)


@pytest.mark.parametrize("command", ["plan", "apply", "drift"])
@pytest.mark.parametrize("fault", ["changed", "missing"])
def test_a_damaged_record_is_an_error_that_says_what_to_do(
    sandbox_account: SandboxAccount, command: str, fault: str
) -> None:
    """Without it a stranger might be taken for the person; nothing goes on in silence."""
    checkout = sandbox_account.checkout(TEAM)
    applied(checkout)
    ((run,), (file,)) = checkout.journals(), records(checkout)
    if fault == "changed":
        file.write_bytes(file.read_bytes().replace(f'"{GRACE}"'.encode(), b'"50"'))
    else:
        file.unlink()
    done = checkout.run(command, "--as-of", AS_OF, *(["--yes"] if command == "apply" else []))
    assert done.code == 1, done.said
    assert f"{file}: the record of run {run.name}" in done.err
    assert f"history --retire {run.name}" in done.err
    assert "Traceback" not in done.err


def test_retiring_a_run_with_a_damaged_record_makes_the_one_before_it_count(
    sandbox_account: SandboxAccount,
) -> None:
    """The way out that the error names."""
    checkout = sandbox_account.checkout("contacts: [{email: tom.wherry@example.com, tags: [ipswich]}]\n")
    applied(checkout)
    checkout.declare(TEAM)
    applied(checkout)
    latest = checkout.journals()[-1]
    (checkout.state / "records" / checkout.lines("record")[-1]["file"]).unlink()
    assert checkout.plan().code == 1
    assert checkout.run("history", "--retire", latest.name, "--yes").code == 0
    assert checkout.plan().code == 0
    applied(checkout)
    assert set(entries(checkout)) == {HERS, "tom.wherry@example.com"}


def test_retiring_one_of_several_runs_that_share_a_lost_file_is_enough(
    sandbox_account: SandboxAccount,
) -> None:
    """Or one would have to retire every run of the clock since then."""
    checkout = sandbox_account.checkout(TEAM)
    for at in (AS_OF, STARTED, LATER):
        applied(checkout, as_of=at)
    (file,) = records(checkout)
    file.unlink()
    assert checkout.run("history", "--retire", checkout.journals()[-1].name, "--yes").code == 0
    assert checkout.plan(as_of=MUCH_LATER).code == 0
    applied(checkout, as_of=MUCH_LATER)
    assert [new.name for new in records(checkout)] == [checkout.lines("record")[-1]["file"]]
    assert entries(checkout)[HERS]["contact"] == GRACE


def test_the_commit_is_recorded_and_whether_something_is_not_in_it(sandbox_account: SandboxAccount) -> None:
    """Later runs compare the declarations with those of that commit."""
    checkout = sandbox_account.checkout(TEAM)
    git = ("git", "-C", str(checkout.root), "-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (["init", "-q"], ["add", "reconcile.yaml", "contacts"], ["commit", "-qm", "Declare"]):
        subprocess.run([*git, *command], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout
    applied(checkout)
    checkout.declare(TEAM + "# a comment\n")
    applied(checkout)
    told = [(line["commit"], line["dirty"]) for line in checkout.lines("record")]
    assert told == [(head.strip(), False), (head.strip(), True)]


def test_a_revert_leaves_no_record(sandbox_account: SandboxAccount) -> None:
    """It is not about the declarations."""
    checkout = sandbox_account.checkout(TEAM)
    applied(checkout)
    plan = checkout.root / "revert.json"
    assert checkout.run("revert", checkout.journals()[0].name, "--as-of", AS_OF, "--out", str(plan)).code == 0
    done = checkout.apply(str(plan))
    assert done.code == 0, done.said
    assert len(checkout.lines("record")) == 1


def test_bundles_lines_and_reasons_make_no_other_entry(sandbox_account: SandboxAccount) -> None:
    """What an entry comes to is the same, so that its windows go on to be due."""
    vip = "{value: vip, starts: 2026-12-01}"
    checkout = sandbox_account.checkout(f"contacts: [{{email: tom.wherry@example.com, tags: [{vip}]}}]\n")
    applied(checkout)
    checkout.declare(
        "bundles: {early: {tags: [{value: VIP, starts: 2026-12-01T00:00:00+00:00, reason: Spring}]}}\n"
        "# moved\ncontacts:\n  - {email: TOM.wherry@example.com, bundles: [early]}\n"
    )
    assert causes(checkout, STARTED) == [("VIP", "started", True)]


# --- An entry is about the contact that it was about ---


@pytest.fixture
def renamed(sandbox_account: SandboxAccount) -> Checkout:
    """Grace was given another address by her entry, which still names the old one."""
    checkout = sandbox_account.checkout(RENAMING)
    applied(checkout, *ALLOWED)
    assert sandbox_account.holds()[GRACE]["email"] == NEW_ADDRESS
    return checkout


def test_an_entry_whose_new_address_is_reached_stays_in_order(renamed: Checkout) -> None:
    """By the record; the plan asks for the edit."""
    done = renamed.plan()
    assert done.code == 0, done.said
    assert "No changes" in done.out
    assert f"write 'email: {NEW_ADDRESS}' now instead of '{HERS}'" in done.out
    renamed.declare(TEAM.replace(HERS, NEW_ADDRESS))
    applied(renamed)
    assert entries(renamed)[NEW_ADDRESS]["contact"] == GRACE


def test_who_registers_a_released_address_gets_nothing(
    sandbox_account: SandboxAccount, renamed: Checkout
) -> None:
    """Neither while the entry's own contact is there, nor after she has moved on."""
    sandbox_account.readdress(STRANGER, HERS)
    before = roles(sandbox_account, STRANGER)
    applied(renamed)
    sandbox_account.readdress(GRACE, "gone.elsewhere@example.com")
    done = renamed.apply()
    assert done.code == 4, done.said
    assert f"contact {GRACE} was this person at the last run; {HERS} is now contact {STRANGER}" in done.err
    assert roles(sandbox_account, STRANGER) == before
    assert roles(sandbox_account, GRACE) == {"customer", "press"}


def test_an_entry_never_lands_on_a_contact_that_just_has_the_new_address(
    sandbox_account: SandboxAccount,
) -> None:
    """Nobody has the old address, and no run gave the new one."""
    sandbox_account.readdress(GRACE, "gone.elsewhere@example.com")
    sandbox_account.readdress(STRANGER, NEW_ADDRESS)
    checkout = sandbox_account.checkout(RENAMING)
    done = checkout.apply(*ALLOWED)
    assert done.code == 65, done.said
    assert f"contact {STRANGER} has {NEW_ADDRESS}: write 'id: {STRANGER}' if it is the one" in done.err
    assert sandbox_account.writes() == []


def test_an_address_that_changed_hands_sets_its_entry_aside_until_it_is_pinned(
    sandbox_account: SandboxAccount,
) -> None:
    """The stranger gets nothing, all others are applied, and since when is remembered: then it is a note."""
    checkout = sandbox_account.checkout(TEAM)
    applied(checkout)
    sandbox_account.readdress(GRACE, "grace.elsewhere@example.com")
    sandbox_account.readdress(STRANGER, HERS)
    sandbox_account.outside(TOM, untag="ipswich")
    before = roles(sandbox_account, STRANGER)
    assert checkout.plan().code == 0
    for at, code in ((STARTED, 4), (LATER, 0)):
        done = checkout.apply(as_of=at)
        assert done.code == code, done.said
        assert f"pin the one that is meant with 'id: {GRACE}' or 'id: {STRANGER}'" in done.err
        row = entries(checkout)[HERS]
        assert (row["contact"], row["set_aside"], row["settled"]) == (GRACE, STARTED, AS_OF)
    assert (roles(sandbox_account, STRANGER), sandbox_account.holds()[TOM]["tags"]) == (before, ["ipswich"])
    pinned = TEAM.replace("email: grace.odell", f"id: {GRACE}, email: grace.elsewhere")
    checkout.declare(pinned)
    applied(checkout, as_of=MUCH_LATER)
    assert entries(checkout)["grace.elsewhere@example.com"]["set_aside"] is None


@pytest.mark.parametrize("pin", ["id: '14', ", "reference: TJ-0014, "])
def test_an_entry_that_says_less_of_who_is_meant_is_about_the_same_contact(
    sandbox_account: SandboxAccount, pin: str
) -> None:
    """A pin that is deleted once the address belongs to somebody else must not hand over the roles."""
    address = sandbox_account.holds()["14"]["email"]
    entry = f"email: {address}, tags: [one]"
    checkout = sandbox_account.checkout(f"contacts: [{{{pin}{entry}}}]\n")
    applied(checkout)
    checkout.declare(f"contacts: [{{{entry}}}]\n")
    assert "No changes" in checkout.plan().out
    sandbox_account.readdress("14", "moved@example.com")
    sandbox_account.readdress(STRANGER, address)
    done = checkout.apply()
    assert (done.code, f"{address} is now contact {STRANGER}" in done.err) == (4, True), done.said
    assert "one" not in sandbox_account.holds()[STRANGER]["tags"]


def test_a_person_who_changed_the_address_is_set_aside_until_the_entry_says_so(
    sandbox_account: SandboxAccount,
) -> None:
    """Nobody has the declared address any more; what to write is in the message, and it helps."""
    checkout = sandbox_account.checkout(TEAM)
    applied(checkout)
    sandbox_account.readdress(GRACE, "grace.elsewhere@example.com")
    told = checkout.plan()
    assert (told.code, "? grace.elsewhere@example.com (contact 32)" in told.out) == (0, True), told.said
    flat = " ".join(told.out.split())
    assert f"contact {GRACE} was this person at the last run and is now grace.elsewhere@example.com" in flat
    pasted = re.search(r"if that is the same person, write '(id: .*?)' and '(profile: .*?)'", flat)
    assert pasted is not None, told.said
    checkout.declare(
        f"contacts:\n  - {{{pasted[1]}, email: {HERS}, {pasted[2]}, roles: [customer, press]}}\n"
    )
    applied(checkout)
    assert entries(checkout)[HERS]["contact"] == GRACE


@pytest.mark.parametrize("lines", [2, 3], ids=["before its outcome", "before the record"])
def test_a_run_killed_after_a_change_of_address_is_finished_by_the_next(
    sandbox_account: SandboxAccount, lines: int
) -> None:
    """No record says who the entry is about, but the journal does, and a stranger has the address by now."""
    checkout = sandbox_account.checkout(RENAMING[: RENAMING.index("  - {email: tom")])
    applied(checkout, *ALLOWED)
    (journal,), (file,) = (checkout.state / "runs").iterdir(), records(checkout)
    file.unlink()
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:lines]))
    sandbox_account.readdress(STRANGER, HERS)
    sandbox_account.outside(GRACE, revoke="press")
    before = roles(sandbox_account, STRANGER)
    applied(checkout)
    assert roles(sandbox_account, GRACE) == {"customer", "press"}
    assert roles(sandbox_account, STRANGER) == before
    assert entries(checkout)[HERS]["contact"] == GRACE


def test_explain_is_about_the_contact_that_the_entry_is_about(
    sandbox_account: SandboxAccount, renamed: Checkout
) -> None:
    """As the plan is; a stranger's roles are not explained by it."""
    sandbox_account.readdress(STRANGER, HERS)
    assert f"contact {GRACE}" in renamed.run("explain", HERS, "--as-of", AS_OF).out
    sandbox_account.readdress(GRACE, "gone.elsewhere@example.com")
    done = renamed.run("explain", HERS, "--as-of", AS_OF)
    assert done.code == 0, done.said
    assert f"set aside: contact {GRACE} was this person at the last run" in done.out
    assert f"{HERS} is now contact {STRANGER}" in " ".join(done.out.split())


# --- What is due ---


def test_a_role_that_lapsed_by_itself_and_was_given_again_is_not_due(sandbox_account: SandboxAccount) -> None:
    """A person gave it for longer: drift from outside, which the clock's run leaves as it is."""
    checkout = sandbox_account.checkout(
        "contacts:\n  - email: grace.odell@example.com\n"
        "    roles: [customer, {reference: press, expires: 2026-11-30}]\n"
    )
    applied(checkout)
    applied(checkout, "--due", as_of=STARTED)
    sandbox_account.outside(GRACE, revoke="press")
    sandbox_account.outside(GRACE, grant="press")
    assert causes(checkout, LATER) == [("press", "changed outside", False)]
    assert "Nothing is due by the clock alone." in applied(checkout, "--due", as_of=LATER).out
    assert roles(sandbox_account, GRACE) == {"customer", "press"}


def test_a_role_given_again_before_any_run_saw_it_lapse_is_not_due(sandbox_account: SandboxAccount) -> None:
    """The grant's own end tells: the entry's run would have left another one."""
    checkout = sandbox_account.checkout(
        "contacts:\n  - email: grace.odell@example.com\n"
        "    roles: [customer, {reference: press, expires: 2026-11-30}]\n"
    )
    applied(checkout)
    sandbox_account.outside(GRACE, revoke="press")
    sandbox_account.outside(GRACE, grant="press")
    assert causes(checkout, LATER) == [("press", "changed outside", False)]
    applied(checkout, "--due", as_of=LATER)
    assert roles(sandbox_account, GRACE) == {"customer", "press"}


SCHEDULED = """\
contacts:
  - email: grace.odell@example.com
    roles: [customer, {reference: press, starts: 2026-12-01}]
"""


@pytest.mark.parametrize("giver", ["a person", "the clock's run"])
def test_a_started_role_that_a_person_takes_away_is_not_given_again(
    sandbox_account: SandboxAccount, giver: str
) -> None:
    """Even where the clock's run had found it there, and nothing to do: it left a record."""
    checkout = sandbox_account.checkout(SCHEDULED)
    applied(checkout)
    if giver == "a person":
        sandbox_account.outside(GRACE, grant="press")
    else:
        assert causes(checkout, STARTED) == [("press", "started", True)]
    applied(checkout, "--due", as_of=STARTED)
    assert roles(sandbox_account, GRACE) == {"customer", "press"}
    sandbox_account.outside(GRACE, revoke="press")
    assert causes(checkout, LATER) == [("press", "changed outside", False)]
    applied(checkout, "--due", as_of=LATER)
    assert roles(sandbox_account, GRACE) == {"customer"}


def test_a_run_of_what_is_due_takes_over_what_it_is_not_about(sandbox_account: SandboxAccount) -> None:
    """Entries that differ from the record wait for a run of all; so does what was not declared then."""
    checkout = sandbox_account.checkout(SCHEDULED + "  - {email: tom.wherry@example.com, tags: [ipswich]}\n")
    applied(checkout)
    before, declared = entries(checkout), checkout.lines("record")[-1]["declarations"]
    more = ["{email: tom.wherry@example.com, tags: [ipswich, vip]}", "{email: bob@email.com, tags: [vip]}"]
    checkout.declare(SCHEDULED + "".join(f"  - {entry}\n" for entry in more))
    applied(checkout, "--due", as_of=STARTED)
    after = entries(checkout)
    assert after.keys() == before.keys()
    assert after["tom.wherry@example.com"] == {**before["tom.wherry@example.com"], "settled": AS_OF}
    assert after[HERS]["settled"] == "record"
    assert checkout.lines("record")[-1]["declarations"] == declared
    assert roles(sandbox_account, GRACE) == {"customer", "press"}
    assert sandbox_account.holds()[BOB]["tags"] == []


def test_what_was_due_while_its_contact_differed_is_due_later(sandbox_account: SandboxAccount) -> None:
    """A complete run of what is due settles only the contacts that are as declared after it."""
    checkout = sandbox_account.checkout(SCHEDULED)
    applied(checkout)
    sandbox_account.outside(GRACE, grant="newsletter")
    assert "Nothing is due" in applied(checkout, "--due", as_of=STARTED).out
    sandbox_account.outside(GRACE, revoke="newsletter")
    assert causes(checkout, LATER) == [("press", "started", True)]
    applied(checkout, "--due", as_of=LATER)
    assert roles(sandbox_account, GRACE) == {"customer", "press"}


def test_what_is_due_goes_on_through_a_new_freeze_and_a_new_verb(sandbox_account: SandboxAccount) -> None:
    """A record is of the policy alone: nobody has to apply the whole shop because Christmas is near."""
    checkout = sandbox_account.checkout(SCHEDULED)
    applied(checkout)
    text = (checkout.root / "reconcile.yaml").read_text("utf-8").replace("rate:", "update_method: PUT, rate:")
    freeze = "{starts: 2026-12-24, expires: 2026-12-26, reason: Christmas}"
    checkout.configure(f"{text}apply: {{freeze: [{freeze}]}}\n")
    applied(checkout, "--due", as_of=STARTED)
    assert roles(sandbox_account, GRACE) == {"customer", "press"}


def test_without_a_record_of_this_configuration_a_run_of_what_is_due_leaves_none(
    sandbox_account: SandboxAccount,
) -> None:
    """It has looked at nothing."""
    checkout = sandbox_account.checkout(SCHEDULED)
    assert "Nothing is due" in applied(checkout, "--due", as_of=STARTED).out
    assert checkout.lines("record") == []
    assert roles(sandbox_account, GRACE) == {"customer"}
