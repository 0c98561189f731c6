"""A role that nobody asked to take stops the run and all later ones, until a person undoes or accepts it."""

import pytest

from reconcile.journal.losses import lost_roles
from tests.support.command_line import CommandResult
from tests.support.sandbox.sandbox_account import Account, Checkout, SandboxAccount

ROSALIND = "rosalind.keane@example.com"  # 36, holds customer, press and preview; tag vip

LATER = "2026-11-23T10:00:00Z"

TAGS = "".join(f"  - {{id: {number}, tags: [seen]}}\n" for number in (32, 36, 9))
"""Contacts whose tags alone are declared."""


def turn(sandbox_account: SandboxAccount, **switches: str) -> None:
    sandbox_account.control("PUT", "switches", {"switches": switches})


def roles(account: Account) -> dict[str, set[str]]:
    return {number: set(state["roles"]) for number, state in account.items()}


@pytest.fixture
def struck(sandbox_account: SandboxAccount) -> tuple[Checkout, CommandResult, Account]:
    """A server drops the roles that an update does not name: the first apply, and what was before it."""
    before = sandbox_account.holds()
    checkout = sandbox_account.checkout(f"contacts:\n{TAGS}")
    turn(sandbox_account, unnamed_sets="drop-roles")
    done = checkout.apply()
    turn(sandbox_account, unnamed_sets="keep")
    return checkout, done, before


def test_a_role_that_nobody_asked_to_take_stops_the_run(
    sandbox_account: SandboxAccount, struck: tuple[Checkout, CommandResult, Account]
) -> None:
    """The first contact loses its roles, the others are not written; it is said who, what and what to do."""
    checkout, done, before = struck
    assert done.code == 4, done.said
    (run,) = checkout.journals()
    (loser,) = lost_roles(run)
    assert set(lost_roles(run)[loser]) == roles(before)[loser] != set()
    lost = ", ".join(f"role {role}" for role in sorted(roles(before)[loser]))
    assert f": lost a role: it lost {lost}, which nobody asked to take" in done.err
    assert "the run was stopped: a contact lost a role that nobody asked to take" in done.err
    assert f"'reconcile apply --acknowledge {run.name}'" in done.err
    assert f"'reconcile revert {run.name} " in done.err
    assert len(sandbox_account.writes()) == 1
    assert {
        number for number in before if roles(sandbox_account.holds())[number] != roles(before)[number]
    } == {loser}


def test_many_workers_lose_no_more_than_one_contact(sandbox_account: SandboxAccount) -> None:
    """The first write of its kind is read back before the others are begun."""
    before = sandbox_account.holds()
    people = "".join(f"  - {{id: {number}, tags: [seen]}}\n" for number in range(13, 43))
    checkout = sandbox_account.checkout(f"contacts:\n{people}", workers=8)
    turn(sandbox_account, unnamed_sets="drop-roles")
    assert checkout.apply().code == 4
    after = roles(sandbox_account.holds())
    assert sum(after[number] != held for number, held in roles(before).items()) == 1


def test_a_first_write_that_fails_lets_no_others_go_together(sandbox_account: SandboxAccount) -> None:
    """It has shown nothing of what the server drops, so the next one is alone, too."""
    before = sandbox_account.holds()
    people = "".join(f"  - {{id: {number}, tags: [seen]}}\n" for number in range(13, 43))
    checkout = sandbox_account.checkout(f"contacts:\n{people}", workers=8)
    turn(sandbox_account, unnamed_sets="drop-roles")
    sandbox_account.upset("status:code=422,method=POST,path=/api/contacts/*,n=1")
    assert checkout.apply().code == 4
    after = roles(sandbox_account.holds())
    assert sum(after[number] != held for number, held in roles(before).items()) == 1


@pytest.mark.parametrize("arguments", [(), ("--due",), ("--allow", "last-role=9")])
def test_nothing_is_applied_until_a_person_has_dealt_with_it(
    sandbox_account: SandboxAccount,
    struck: tuple[Checkout, CommandResult, Account],
    arguments: tuple[str, ...],
) -> None:
    """Neither what is left, nor what is due, nor under any override; the plan says so as a note."""
    checkout, _, _ = struck
    (run,) = checkout.journals()
    done = checkout.apply(*arguments, as_of=LATER)
    assert done.code == 3, done.said
    assert f"run {run.name}: contact " in done.err
    assert f"--acknowledge {run.name}" in done.err
    assert len(sandbox_account.writes()) == 1
    for command in ("plan", "drift"):
        told = checkout.run(command, "--as-of", LATER)
        assert f"--acknowledge {run.name}" in " ".join(told.out.split()), told.said


def test_even_an_apply_with_nothing_to_write_is_refused(
    struck: tuple[Checkout, CommandResult, Account],
) -> None:
    """A green run would say that all is well."""
    checkout, _, _ = struck
    checkout.declare("contacts: [{id: 13, tags: [retail, vip]}]\n")
    assert checkout.apply(as_of=LATER).code == 3


def test_a_revert_gives_the_lost_roles_back_and_opens_the_way(
    sandbox_account: SandboxAccount, struck: tuple[Checkout, CommandResult, Account]
) -> None:
    """Its plan is the one that may be applied; then the account is as before, and later runs go on."""
    checkout, _, before = struck
    undo = str(checkout.root / "undo.json")
    planned = checkout.run("revert", checkout.journals()[0].name, "--as-of", LATER, "--out", undo)
    assert planned.code == 0, planned.said
    done = checkout.apply(undo, as_of=LATER)
    assert done.code == 0, done.said
    assert sandbox_account.holds() == before
    assert checkout.apply(as_of="2026-11-23T11:00:00Z").code == 0


def test_half_a_revert_is_not_enough(
    sandbox_account: SandboxAccount, struck: tuple[Checkout, CommandResult, Account]
) -> None:
    """Its write was refused: somebody still lacks what the run took, so the next apply is refused, too."""
    checkout, _, _ = struck
    undo = str(checkout.root / "undo.json")
    checkout.run("revert", checkout.journals()[0].name, "--as-of", LATER, "--out", undo)
    sandbox_account.upset("status:code=422,method=POST,path=/api/contacts/*")
    assert checkout.apply(undo, as_of=LATER).code == 4
    sandbox_account.calm()
    assert checkout.apply(as_of=LATER).code == 3
    assert checkout.apply(undo, as_of=LATER).code == 0
    assert checkout.apply(as_of="2026-11-23T11:00:00Z").code == 0


def test_a_loss_that_a_person_made_good_is_closed_by_its_revert(
    sandbox_account: SandboxAccount, struck: tuple[Checkout, CommandResult, Account]
) -> None:
    """All was given back by hand: the revert has nothing left to do, and says so by being applied."""
    checkout, _, before = struck
    run = checkout.journals()[0]
    (loser,) = lost_roles(run)
    for role in lost_roles(run)[loser]:
        sandbox_account.outside(loser, grant=role)
    for tag in {"seen", *before[loser]["tags"]}:
        there = tag in before[loser]["tags"]
        sandbox_account.outside(loser, tag=tag if there else "", untag="" if there else tag)
    undo = str(checkout.root / "undo.json")
    checkout.run("revert", run.name, "--as-of", LATER, "--out", undo)
    done = checkout.apply(undo, as_of=LATER)
    assert (done.code, "No changes" in done.out) == (0, True), done.said
    assert checkout.apply(as_of="2026-11-23T11:00:00Z").code == 0


def test_a_revert_of_another_run_is_refused(
    sandbox_account: SandboxAccount, struck: tuple[Checkout, CommandResult, Account]
) -> None:
    """Only the run that took the roles is undone by undoing it."""
    checkout, _, _ = struck
    losing = checkout.journals()[0].name
    checkout.run("apply", "--acknowledge", losing, "--yes")
    assert checkout.apply(as_of=LATER).code == 0
    other = next(run.name for run in checkout.journals() if run.name != losing)
    undo = str(checkout.root / "undo.json")
    assert checkout.run("revert", other, "--as-of", LATER, "--out", undo).code == 0
    turn(sandbox_account, unnamed_sets="drop-roles")
    checkout.declare("contacts: [{id: 13, tags: [seen]}]\n")
    assert checkout.apply(as_of="2026-11-23T11:00:00Z").code == 4
    done = checkout.apply(undo, as_of="2026-11-23T11:00:00Z")
    assert (done.code, "contact 13 lost role" in done.err) == (3, True), done.said


def test_an_acknowledgement_is_noted_and_opens_the_way(
    sandbox_account: SandboxAccount, struck: tuple[Checkout, CommandResult, Account]
) -> None:
    """It says what is accepted, applies nothing, and a person must say yes to it."""
    checkout, _, _ = struck
    (run,) = checkout.journals()
    asked = checkout.run("apply", "--acknowledge", run.name)
    assert (asked.code, "--yes" in asked.err) == (3, True), asked.said
    assert checkout.apply(as_of=LATER).code == 3
    done = checkout.run("apply", "--acknowledge", run.name, "--yes")
    assert done.code == 0, done.said
    (loser,) = lost_roles(run)
    assert f"contact {loser} lost role " in done.out
    assert "@" not in done.said
    assert len(sandbox_account.writes()) == 1
    assert len(checkout.lines("acknowledged")) == 1
    assert "losses acknowledged" in checkout.run("history").out
    assert checkout.apply(as_of=LATER).code == 0
    assert "acknowledged already" in checkout.run("apply", "--acknowledge", run.name, "--yes").out


@pytest.mark.parametrize("more", [("--due",), ("plan.json",), ("--allow", "last-role=1")])
def test_an_acknowledgement_goes_with_nothing_else(
    struck: tuple[Checkout, CommandResult, Account], more: tuple[str, ...]
) -> None:
    """It applies nothing, so what steers an apply has no meaning beside it."""
    checkout, _, _ = struck
    done = checkout.run("apply", "--acknowledge", checkout.journals()[0].name, "--yes", *more)
    assert done.code == 64, done.said
    assert not checkout.lines("acknowledged")


def test_only_a_run_with_losses_can_be_acknowledged(sandbox_account: SandboxAccount) -> None:
    """Anything else is a mistake in the name."""
    checkout = sandbox_account.checkout(f"contacts:\n{TAGS}")
    assert checkout.apply().code == 0
    for name in (checkout.journals()[0].name, "20200101T000000Z-000000"):
        assert checkout.run("apply", "--acknowledge", name, "--yes").code == 64


def test_a_loss_that_nobody_could_see_is_found_by_the_next_apply(sandbox_account: SandboxAccount) -> None:
    """The contact could not be read back after its write: the next run looks, and then refuses."""
    checkout = sandbox_account.checkout("contacts: [{id: 36, tags: [seen]}]\n")
    turn(sandbox_account, unnamed_sets="drop-roles")
    sandbox_account.upset("status:code=404,method=GET,path=/api/contacts/36.json,n=3")
    done = checkout.apply()
    assert (done.code, "could not be read back" in done.err) == (4, True), done.said
    turn(sandbox_account, unnamed_sets="keep")
    sandbox_account.calm()
    following = checkout.apply(as_of=LATER)
    assert following.code == 3, following.said
    assert "contact 36 lost role customer, role press, role preview" in following.err


def test_a_contact_that_stays_unreadable_keeps_nobody_else_from_being_applied(
    sandbox_account: SandboxAccount,
) -> None:
    """What became of its write is looked at by each run, until it can be seen; then what it lost counts."""
    checkout = sandbox_account.checkout("contacts: [{id: 36, tags: [seen]}]\n")
    turn(sandbox_account, unnamed_sets="drop-roles")
    sandbox_account.upset("status:code=422,method=GET,path=/api/contacts/36.json,n=3")
    assert checkout.apply().code == 4
    turn(sandbox_account, unnamed_sets="keep")
    sandbox_account.upset("status:code=422,method=GET,path=/api/contacts/36.json")
    for tag in ("one", "two"):
        checkout.declare(f"contacts: [{{id: 13, tags: [{tag}]}}]\n")
        done = checkout.apply(as_of=LATER)
        assert (done.code, "it still can't be looked at" in done.err) == (0, True), done.said
    sandbox_account.calm()
    refused = checkout.apply(as_of=LATER)
    assert (refused.code, "contact 36 lost role" in refused.err) == (3, True), refused.said


def test_a_loss_that_is_found_after_an_acknowledgement_is_not_accepted_by_it(
    sandbox_account: SandboxAccount,
) -> None:
    """Two contacts were written, and only the second could be read back before a person looked."""
    checkout = sandbox_account.checkout("contacts: [{id: 36, tags: [seen]}, {id: 9, tags: [seen]}]\n")
    turn(sandbox_account, unnamed_sets="drop-roles")
    sandbox_account.upset("status:code=404,method=GET,path=/api/contacts/36.json,n=3")
    assert checkout.apply().code == 4
    turn(sandbox_account, unnamed_sets="keep")
    sandbox_account.calm()
    accept = ("apply", "--acknowledge", checkout.journals()[0].name, "--yes")
    accepted = checkout.run(*accept)
    assert "contact 9 lost role" in accepted.out
    assert "still to be looked at" in accepted.out
    refused = checkout.apply(as_of=LATER)
    assert (refused.code, "contact 36 lost role" in refused.err) == (3, True), refused.said
    assert "contact 9" not in refused.err
    assert "losses acknowledged" not in checkout.run("history").out
    assert "contact 36 lost role" in checkout.run(*accept).out
    assert checkout.apply(as_of=LATER).code == 0


def test_a_run_that_is_retired_still_refuses(struck: tuple[Checkout, CommandResult, Account]) -> None:
    """Retiring is about clocks: it accepts nothing that anybody lost."""
    checkout, _, _ = struck
    assert checkout.run("history", "--retire", checkout.journals()[0].name, "--yes").code == 0
    assert checkout.apply(as_of=LATER).code == 3


def test_a_kept_role_of_a_managed_facet_is_a_lost_role_too(sandbox_account: SandboxAccount) -> None:
    """Somebody takes it within the gap; the run can't tell that from a server that drops it, and stops."""
    checkout = sandbox_account.checkout(
        f"contacts: [{{email: {ROSALIND}, roles: [customer, press, preview, newsletter]}}]\n"
    )
    sandbox_account.upset(
        "writer:contact=36,revoke=press,method=POST,path=/api/contacts/36.json,n=1,when=after"
    )
    done = checkout.apply()
    assert done.code == 4, done.said
    assert (
        f"{ROSALIND} (contact 36): lost a role: it lost role press, which nobody asked to take\n" in done.err
    )


def test_an_ignored_role_that_was_lost_comes_back(sandbox_account: SandboxAccount) -> None:
    """The run took it, so the revert gives it back, although no plan ever touches it."""
    before = sandbox_account.holds()["9"]
    assert "staff-discount" in before["roles"]
    checkout = sandbox_account.checkout("contacts: [{id: 9, tags: [seen]}]\n")
    turn(sandbox_account, unnamed_sets="drop-roles")
    assert checkout.apply().code == 4
    turn(sandbox_account, unnamed_sets="keep")
    undo = str(checkout.root / "undo.json")
    checkout.run("revert", checkout.journals()[0].name, "--as-of", LATER, "--out", undo)
    assert checkout.apply(undo, as_of=LATER).code == 0
    assert sandbox_account.holds()["9"] == before


def test_tags_and_fields_that_a_write_empties_are_named_and_the_run_goes_on(
    sandbox_account: SandboxAccount,
) -> None:
    """They open no page, so they stop nobody else; the revert gives them back."""
    before = sandbox_account.holds()
    checkout = sandbox_account.checkout(
        "contacts:\n"
        "  - {id: 36, roles: [customer, press, preview, newsletter]}\n"
        "  - {id: 9, profile: {phone: '01473 000000'}}\n"
        "  - {id: 32, roles: [customer, press]}\n"
    )
    turn(sandbox_account, unnamed_sets="drop-tags")
    done = checkout.apply()
    turn(sandbox_account, unnamed_sets="keep")
    assert done.code == 4, done.said
    assert f"{ROSALIND} (contact 36): not confirmed: it lost tag vip, which nobody asked to take" in done.err
    assert "Applied: 1 contact" in done.out
    assert len(sandbox_account.writes()) == 3
    undo = str(checkout.root / "undo.json")
    checkout.run("revert", checkout.journals()[0].name, "--as-of", LATER, "--out", undo)
    assert checkout.apply(undo, as_of=LATER).code == 0
    assert sandbox_account.holds() == before


def test_an_address_that_a_write_blanks_is_given_back(sandbox_account: SandboxAccount) -> None:
    """The journal has the whole contact, also what nobody manages."""
    before = sandbox_account.holds()["13"]
    checkout = sandbox_account.checkout("contacts: [{id: 13, address: {city: Norwich}}]\n")
    assert checkout.apply().code == 0
    (intent,) = checkout.lines("intent")
    assert intent["before"]["profile"]["firstname"] == before["firstname"]
    assert intent["before"]["address"]["line1"] == before["address"]["line1"]


def test_the_next_thing_somebody_does_is_no_loss(sandbox_account: SandboxAccount) -> None:
    """What people take away before the reading that comes right before the write was never ours to keep."""
    checkout = sandbox_account.checkout("contacts: [{id: 36, tags: [seen]}]\n")
    sandbox_account.upset("writer:contact=36,revoke=press,method=GET,path=/api/contacts/36.json,n=2")
    assert checkout.apply().code == 0
    assert "press" not in sandbox_account.holds()["36"]["roles"]


@pytest.mark.parametrize(
    ("act", "code", "said"),
    [
        ("firstname=Zoe", 0, f"Note: {ROSALIND}: profile.firstname has changed"),
        ("grant=sample-box", 4, "role sample-box is held, and was not before"),
        ("email=zoe@example.com", 4, "its e-mail address is another one"),
        ("tag=by-hand", 0, "written and read back"),
    ],
)
def test_what_else_has_changed_is_a_fault_or_a_note(
    sandbox_account: SandboxAccount, act: str, code: int, said: str
) -> None:
    """Access and identity are faults, values are notes, and a new tag is no matter of the write."""
    checkout = sandbox_account.checkout("contacts: [{id: 36, profile: {phone: '01473 1'}}]\n")
    sandbox_account.upset(f"writer:contact=36,{act},method=POST,path=/api/contacts/36.json,n=1,when=after")
    done = checkout.apply()
    assert (done.code, said in done.said) == (code, True), done.said


REVOKED_BEFORE_THE_NEXT_LOOK = "writer:contact=36,revoke=press,method=GET,path=/api/contacts/36.json,n=3"
"""Press is gone when the contact is read after its write, as a server leaves it that failed half-way."""


@pytest.mark.parametrize("code", [422, 503])
@pytest.mark.parametrize(
    "declared",
    [
        "tags: [seen]",
        "roles: [customer, press, preview, newsletter]",
        "manage: {roles: additive}, roles: [newsletter]",
    ],
)
def test_a_write_that_took_a_role_and_did_nothing_else_is_no_write_without_effect(
    sandbox_account: SandboxAccount, code: int, declared: str
) -> None:
    """The server dropped what was there, then failed: nothing that was asked for was done, a role is gone.

    In additive mode nothing would ever bring it back, and the second try would be "written and read back".
    """
    checkout = sandbox_account.checkout(f"contacts: [{{id: 36, {declared}}}]\n")
    sandbox_account.upset(
        f"status:code={code},method=POST,path=/api/contacts/36.json,n=1", REVOKED_BEFORE_THE_NEXT_LOOK
    )
    done = checkout.apply()
    assert (done.code, f"{ROSALIND} (contact 36): lost a role: it lost role press" in done.err) == (
        4,
        True,
    ), done.said
    assert len(sandbox_account.writes()) == 1
    sandbox_account.calm()
    assert checkout.apply(as_of=LATER).code == 3
    undo = str(checkout.root / "undo.json")
    assert checkout.run("revert", checkout.journals()[0].name, "--as-of", LATER, "--out", undo).code == 0
    assert checkout.apply(undo, as_of=LATER).code == 0
    assert set(sandbox_account.holds()["36"]["roles"]) == {"customer", "press", "preview"}


def test_a_later_look_finds_a_role_that_a_failed_write_took(sandbox_account: SandboxAccount) -> None:
    """Nobody could look after the write; the next run sees what it did, which nobody asked for."""
    checkout = sandbox_account.checkout("contacts: [{id: 36, tags: [seen]}]\n")
    path = "path=/api/contacts/36.json"
    sandbox_account.upset(f"status:code=503,method=POST,{path},n=1", f"status:code=404,method=GET,{path},n=3")
    done = checkout.apply()
    assert (done.code, "the answer to its write was lost" in done.err) == (4, True), done.said
    sandbox_account.calm()
    sandbox_account.outside("36", revoke="press")
    following = checkout.apply(as_of=LATER)
    assert (following.code, "contact 36 lost role press" in following.err) == (3, True), following.said


def test_a_revert_that_can_not_give_back_what_was_lost_is_no_way_out(
    sandbox_account: SandboxAccount, struck: tuple[Checkout, CommandResult, Account]
) -> None:
    """Who lost a role has another address by now, so the revert leaves her alone: she still lacks it."""
    checkout, _, _ = struck
    run = checkout.journals()[0]
    (loser,) = lost_roles(run)
    sandbox_account.readdress(loser, "somebody.new@example.com")
    undo = str(checkout.root / "undo.json")
    assert checkout.run("revert", run.name, "--as-of", LATER, "--out", undo).code == 0
    refused = checkout.apply(undo, as_of=LATER)
    assert (refused.code, f"contact {loser} lost role " in refused.err) == (3, True), refused.said
    assert f"--acknowledge {run.name}" in refused.err
    assert checkout.apply(as_of=LATER).code == 3
    assert checkout.run("apply", "--acknowledge", run.name, "--yes").code == 0
    assert checkout.apply(undo, as_of=LATER).code == 0
