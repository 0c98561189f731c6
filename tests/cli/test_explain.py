"""``explain`` as a person calls it, against a sandbox on a port: who is meant, what is asked and said."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.support.project import AS_OF, Project
from tests.support.shop import Shop

GRACE = "grace.odell@example.com"

TEAM = """\
bundles:
  spring:
    roles: [customer, {reference: preview, status: active, expires: 2027-03-31}]
    tags: [{value: spring, starts: 2027-02-01}]
contacts:
  - email: grace.odell@example.com
    bundles: [spring]
    roles: [{reference: preview, starts: 2026-12-01}]
  - {reference: TJ-0014, email: margaret.tilney@example.org, tags: [trade]}
  - {id: 9, email: tom.wherry@example.com, roles: [customer, press]}
  - email: nina.new@example.com
    create: true
    type: user
    profile: {firstname: Nina, lastname: New}
    roles: [customer]
"""


@pytest.fixture
def team(project: Project) -> Project:
    project.declare(TEAM)
    return project


def explained(project: Project, name: str) -> dict[str, object]:
    done = project.run("explain", name, "--as-of", AS_OF, "--format", "json")
    assert (done.code, done.err) == (0, "")
    found: dict[str, object] = json.loads(done.out)
    return found


def actions(found: dict[str, object]) -> dict[str, str]:
    items = found["items"]
    assert isinstance(items, list)
    return {item["item"]: item["action"] for item in items}


def test_the_line_bundle_and_window_of_each_item_are_told(team: Project) -> None:
    """In the text, with both places where the contact's own entry overrides its bundle."""
    done = team.run("explain", GRACE, "--as-of", AS_OF)
    assert (done.code, done.err) == (0, "")
    assert "Declared at contacts/team.yaml:6. An apply now would" in done.out
    assert (
        "why   declared at contacts/team.yaml:8, from 2026-12-01; "
        "overrides bundle spring at contacts/team.yaml:3, until 2027-03-31"
    ) in done.out
    assert re.search(r"· tag   spring +scheduled: not before 2027-02-01 *\n", done.out)
    assert done.out.endswith("Holds until 2026-12-01 00:00 (Europe/London), when preview starts.\n")


@pytest.mark.parametrize(
    ("name", "contact"),
    [
        ("GRACE.ODELL@example.com", GRACE),
        ("TJ-0014", "margaret.tilney@example.org"),
        ("margaret.tilney@example.org", "margaret.tilney@example.org"),
        ("14", "margaret.tilney@example.org"),
        ("9", "tom.wherry@example.com"),
        ("id 9", "tom.wherry@example.com"),
        (" tom.wherry@example.com ", "tom.wherry@example.com"),
    ],
)
def test_a_contact_is_named_by_email_reference_or_id(team: Project, name: str, contact: str) -> None:
    """By what its declaration says, and by what the account knows beside."""
    found = explained(team, name)
    assert (found["declared"], found["contact"]["email"]) == (True, contact)  # type: ignore[index]


@pytest.mark.parametrize(("name", "most"), [(GRACE, 3), ("TJ-0014", 2), ("9", 2), ("owner@example.com", 3)])
def test_one_contact_is_read_not_the_account(team: Project, shop: Shop, name: str, most: int) -> None:
    """A search, the contact and the account's roles: the same few reads, however many contacts there are."""
    before = len(shop.requests())
    explained(team, name)
    asked = shop.requests()[before:]
    assert {method for method, _ in asked} == {"GET"}
    assert len(asked) <= most, asked


def test_it_says_what_the_plan_says(team: Project) -> None:
    """Each operation of a contact in the plan has the same action in its explanation."""
    plan = json.loads(team.run("plan", "--as-of", AS_OF, "--format", "json").out)
    assert len(plan["changes"]) == 4
    for change in plan["changes"]:
        found = actions(explained(team, change["contact"]["email"]))
        for step in change["operations"]:
            assert found.pop(step["item"]) == step["action"]
        assert set(found.values()) <= {"keep", "none"}


def test_a_contact_that_is_to_be_created_needs_no_live_one(team: Project) -> None:
    """It is explained from its declaration."""
    found = explained(team, "nina.new@example.com")
    assert (found["action"], found["contact"]["id"]) == ("create", None)  # type: ignore[index]
    assert actions(found)["customer"] == "add"


def test_a_live_contact_that_nobody_declares_is_told_so(team: Project) -> None:
    """With its roles and tags, by any of its names, and exit code 0."""
    for name in ("owner@example.com", "7", "OWNER@example.com"):
        done = team.run("explain", name, "--as-of", AS_OF)
        assert done.code == 0
        assert "\nNot declared: nothing of it is managed" in done.out
        assert re.search(r"· role  administrator +not managed\n +now +active, perpetual\n", done.out)


MISTAKES = {
    "grace.odel@example.com": "did you mean 'grace.odell@example.com'?",
    "TJ-0041": "did you mean 'TJ-0014'?",
    "999999": "give an e-mail, a reference or an id",
    "": "CONTACT is empty",
    "  ": "CONTACT is empty",
    "id": "give an e-mail, a reference or an id",
    "../../etc/passwd": "give an e-mail, a reference or an id",
    "\x1b[2J\u202e": "give an e-mail, a reference or an id",
}


@pytest.mark.parametrize(("empty", "why"), [(False, "does not exist"), (True, "declares no contact")])
def test_a_live_contact_needs_no_declaration(project: Project, *, empty: bool, why: str) -> None:
    """It is said that nothing is declared, since the folder may be misspelt."""
    if empty:
        (project.root / "contacts").mkdir()
    done = project.run("explain", GRACE, "--as-of", AS_OF)
    assert done.code == 0
    assert done.err == f"Note: the folder 'contacts/' {why}: what the account has is explained\n"
    assert "Not declared: nothing of it is managed" in done.out
    assert "role  customer" in done.out


def test_declarations_with_errors_are_not_taken_for_none(project: Project) -> None:
    project.declare("contacts: [{email: grace.odell@example.com, rolls: []}]")
    done = project.run("explain", GRACE, "--as-of", AS_OF)
    assert (done.code, done.out) == (65, "")
    assert "unknown key 'rolls'" in done.err


@pytest.mark.parametrize("name", MISTAKES)
def test_a_name_that_means_nobody_is_a_wrong_call(team: Project, name: str) -> None:
    """Exit code 64 and one line with the nearest declared name or what to give, and no result."""
    done = team.run("explain", name, "--as-of", AS_OF)
    assert (done.code, done.out) == (64, "")
    assert MISTAKES[name] in done.err
    assert len(done.err.splitlines()) == 1
    assert not any(sign in done.err for sign in "\x1b\u202e")


@pytest.mark.parametrize(
    "arguments", [[], [GRACE, "more"], [GRACE, "--format", "html"], [GRACE, "--quiet", "--verbose"]]
)
def test_a_wrong_call_has_its_own_exit_code(team: Project, arguments: list[str]) -> None:
    """64, without a traceback."""
    done = team.run("explain", *arguments)
    assert (done.code, done.out, "Traceback" in done.err) == (64, "", False)


def test_a_name_of_two_contacts_asks_which(team: Project, shop: Shop) -> None:
    """Each is told with its line; what is declared so goes before a live contact of that id."""
    team.declare(
        "contacts:\n  - {id: 9, email: x@example.com, tags: [a]}\n"
        "  - {id: 10, email: X@example.com, tags: [a]}\n"
    )
    done = team.run("explain", "x@example.com")
    assert done.code == 64
    assert "'x@example.com' names 2 declared contacts: id 9 (contacts/team.yaml:2:5), id 10" in done.err
    team.declare("contacts:\n  - {reference: '7', email: margaret.tilney@example.org, tags: [a]}\n")
    assert "no contact has reference '7'" in team.run("explain", "7").err


def test_a_guest_is_not_meant_by_its_address(team: Project, shop: Shop) -> None:
    """Guests repeat addresses: they are listed with their ids instead."""
    guest = next(row for row in shop_rows(shop) if row["type"] == "guest" and row["email"] not in users(shop))
    done = team.run("explain", str(guest["email"]))
    assert done.code == 64
    assert f"contact {guest['id']} (guest, {guest['email']})" in done.err
    assert team.run("explain", str(guest["id"])).code == 0


def shop_rows(shop: Shop) -> list[dict[str, object]]:
    from reconcile.sandbox import show

    return list(show(shop.path, "contacts"))


def users(shop: Shop) -> set[object]:
    return {row["email"] for row in shop_rows(shop) if row["type"] == "user"}


@pytest.mark.parametrize(
    ("declared", "name", "rule"),
    [
        ("{email: nobody@example.com, tags: [a]}", "nobody@example.com", "contact-not-found"),
        ("{reference: NO-1, tags: [a]}", "NO-1", "contact-not-found"),
        ("{email: grace.odell@example.com, roles: [custommer]}", GRACE, "unknown-role"),
    ],
)
def test_what_keeps_a_plan_from_being_made_is_told_like_one(
    project: Project, declared: str, name: str, rule: str
) -> None:
    """The very lines of a plan, and its exit code."""
    project.declare(f"contacts:\n  - {declared}\n")
    plan, done = project.run("plan", "--as-of", AS_OF), project.run("explain", name, "--as-of", AS_OF)
    assert (done.code, done.err) == (65, plan.err)
    assert f"[{rule}]" in done.err


@pytest.mark.parametrize("pin", ["id: 9", "reference: TJ-0014"])
def test_who_is_set_aside_is_explained_with_the_reason(project: Project, pin: str) -> None:
    """A name beside the pin does not fit: nothing is looked at, and the words are those of a plan."""
    declared = f"{{{pin}, email: somebody.else@example.com, tags: [a]}}"
    project.declare(f"contacts:\n  - {declared}\n")
    plan, done = (
        project.run("plan", "--as-of", AS_OF),
        project.run("explain", pin.split()[1], "--as-of", AS_OF),
    )
    assert (plan.code, done.code, done.err) == (0, 0, ""), plan.said
    for said in (plan.out, done.out):
        assert "not somebody.else@example.com; correct one of them" in " ".join(said.split())
    assert "An apply now would set it aside" in done.out


def test_a_contact_that_two_entries_find_is_told_with_both(project: Project, shop: Shop) -> None:
    """As in a plan: one by its reference and one by its id."""
    project.declare(
        f"contacts:\n  - {{id: {shop.id('margaret.tilney@example.org')}, tags: [a]}}\n"
        "  - {reference: TJ-0014, tags: [b]}\n"
    )
    plan, done = project.run("plan"), project.run("explain", "TJ-0014")
    assert (done.code, done.err) == (65, plan.err)
    assert "[contact-claimed-twice]" in done.err


def test_other_declarations_that_find_nobody_do_not_matter(team: Project) -> None:
    """A plan needs all of them to be right, an explanation one."""
    team.declare(TEAM + "  - {email: nobody@example.com, tags: [a]}\n")
    assert team.run("plan").code == 65
    assert team.run("explain", GRACE).code == 0


def test_in_the_log_of_a_ci_system_names_are_masked(team: Project) -> None:
    """The text and errors; --privacy says otherwise, and masks JSON where it is asked for."""
    in_ci = {"CI": "true"}
    assert GRACE not in team.run("explain", GRACE, environment=in_ci).out
    assert "g•••@e•••.com (contact" in team.run("explain", GRACE, environment=in_ci).out
    assert GRACE in team.run("explain", GRACE, "--privacy", "show", environment=in_ci).out
    assert GRACE in team.run("explain", GRACE).out
    assert GRACE not in team.run("explain", GRACE, "--privacy", "mask").out
    assert GRACE in team.run("explain", GRACE, "--format", "json", environment=in_ci).out
    assert GRACE not in team.run("explain", GRACE, "--format", "json", "--privacy", "mask").out
    assert GRACE not in team.run("explain", "grace.odel@example.com", environment=in_ci).err


def test_a_live_tag_forges_no_line(team: Project, shop: Shop) -> None:
    """Neither a title of the terminal, nor another reading order, nor a line of our own."""
    from reconcile.evance.writer import Writer

    hostile = "x\x1b]0;pwned\x07\u202e\n  + role  administrator  granted"
    with Writer(shop.connection) as account:
        account.update("7", {"contact": {"tags": {"contact": [hostile]}}})
    done = team.run("explain", "7")
    assert done.code == 0
    assert "pwned" in done.out
    assert not any(sign in done.out for sign in "\x1b\x07\u202e")
    assert not any(line.startswith("  + ") for line in done.out.splitlines())


def test_verbose_says_the_requests_without_the_name(team: Project) -> None:
    """Each path, but no query: it may hold an address."""
    done = team.run("explain", "owner@example.com", "--verbose")
    assert "GET /api/v2/contacts.json: 200" in done.err
    assert "owner@" not in done.err


def test_without_credentials_it_says_where_they_go(team: Project) -> None:
    """As a plan does; nothing is explained halfway."""
    bare = dict.fromkeys(team.environment, "")
    done = team.run("explain", GRACE, environment=bare)
    assert (done.code, done.out) == (1, "")
    assert "EVANCE_CLIENT_ID" in done.err


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """Imports stand inside the command."""
    done = Project(tmp_path, {"PYTHONPROFILEIMPORTTIME": "1", "PATH": os.environ["PATH"]}).run_process(
        "explain", "-h"
    )
    assert done.code == 0
    assert not re.search(r"\| +(requests|yaml|deepdiff)$", done.err, re.MULTILINE)
