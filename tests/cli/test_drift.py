"""``drift`` and ``apply --due`` as a person or a schedule calls them, against a sandbox on a port."""

import json
import stat
from pathlib import Path

import pytest

from reconcile.evance.writer import Writer
from tests.support.project import AS_OF, Project
from tests.support.shop import Shop

EMAIL = "grace.odell@example.com"

TEAM = """\
contacts:
  - email: grace.odell@example.com
    roles: [customer]
    tags: [ipswich, {value: vip, starts: 2026-12-01, expires: 2026-12-24}]
  - {email: tom.wherry@example.com, roles: [customer]}
"""

STARTED, ENDED = "2026-12-01T06:00:00Z", "2026-12-25T06:00:00Z"


@pytest.fixture
def applied(project: Project) -> Project:
    """A project whose declarations were applied."""
    project.declare(TEAM)
    done = project.run("apply", "--yes", "--as-of", AS_OF)
    assert done.code == 0, done.err
    return project


def tag(shop: Shop, email: str, *tags: str) -> None:
    """Somebody changes the tags of a contact in the shop's admin."""
    with Writer(shop.connection) as account:
        account.update(shop.id(email), {"contact": {"tags": {"contact": list(tags)}}})


def causes(project: Project, at: str) -> list[tuple[str, str, bool]]:
    """Item, cause and whether it is due, of each difference."""
    project.run("drift", "--as-of", at, "--out", "drift.json")
    told = json.loads((project.root / "drift.json").read_text())["differences"]
    return [(one["item"], one["cause"], one["due"]) for one in told]


def test_an_account_as_declared_has_not_drifted(applied: Project) -> None:
    """Exit code 0, though the apply had nothing to write: each run notes that all was in order."""
    done = applied.run("drift", "--as-of", AS_OF)
    assert (done.code, done.out.startswith("No drift. 2 contacts")) == (0, True)
    again = applied.run("apply", "--yes", "--as-of", AS_OF)
    assert again.code == 0
    assert len(list((applied.root / ".reconcile" / "runs").glob("*.jsonl"))) == 2


def test_what_is_only_scheduled_is_no_drift(applied: Project) -> None:
    """Nothing differs yet: exit code 0, while a plan says that an apply has something to start later."""
    assert applied.run("plan", "--detailed-exitcode", "--as-of", AS_OF).code == 0
    applied.declare(
        TEAM.replace("roles: [customer]}", "roles: [customer, {reference: press, starts: 2026-12-05}]}")
    )
    done = applied.run("drift", "--as-of", AS_OF, "--out", "drift.json")
    assert done.code == 0, done.err
    plan = json.loads((applied.root / "drift.json").read_text())["plan"]
    rows = [(row["item"], row["action"], row["comparison"]) for row in plan["scheduled"]]
    assert rows == [("vip", "add", "known"), ("press", "add", "new")]
    assert applied.run("plan", "--detailed-exitcode", "--as-of", AS_OF).code == 2


def test_drift_has_an_exit_code_of_its_own_and_writes_nothing(applied: Project, shop: Shop) -> None:
    """2, and nothing but reads; the file is its owner's alone."""
    tag(shop, EMAIL, "ipswich", "stranger")
    before = len(shop.requests())
    done = applied.run("drift", "--as-of", AS_OF, "--out", "drift.json")
    assert (done.code, "+ tag   stranger  given outside since 2026-11-23; was not held" in done.out) == (
        2,
        True,
    )
    assert {method for method, _ in shop.requests()[before:]} == {"GET"}
    assert stat.S_IMODE((applied.root / "drift.json").stat().st_mode) == 0o600


def test_each_change_outside_is_told_with_what_was_last_known(project: Project, shop: Shop) -> None:
    """Taken away, given, another end, another field: since when, from what to what; what to do next."""
    project.declare(
        "contacts:\n  - email: grace.odell@example.com\n"
        "    roles: [customer, {reference: newsletter, expires: 2027-01-31}, press]\n"
        "    profile: {company: Odell}\n"
    )
    assert project.run("apply", "--yes", "--as-of", AS_OF, "--allow", "granting=9").code == 0
    with Writer(shop.connection) as account:
        given = [
            "customer",
            {"reference": "newsletter", "expires": "2027-03-31T23:00:00+00:00"},
            "trade-account",
        ]
        contact = {"accessRoles": given, "company": "Elsewhere"}
        account.update(shop.id(EMAIL), {"contact": contact})
    done = project.run("drift", "--as-of", "2026-11-24T09:00:00Z")
    shown = [" ".join(line.split()) for line in done.out.splitlines() if line.startswith("      ")]
    since = "since 2026-11-23"
    assert shown == [
        "- role press taken away outside since 2026-11-23; was held, perpetual",
        f"~ role newsletter expiry changed outside {since}: expires 2027-01-31 → 2027-03-31 (lengthened)",
        "+ role trade-account given outside since 2026-11-23: pending, perpetual; was not held",
        '~ profile.company changed outside since 2026-11-23: "Odell" → "Elsewhere"',
    ]
    assert done.out.endswith(
        "To overwrite what was changed outside: reconcile apply (in a pipeline: start the run by hand)\n"
        "To adopt it into the declarations:     reconcile drift --adopt grace.odell@example.com\n"
    )


def test_the_clock_starts_and_ends_a_window(applied: Project, shop: Shop) -> None:
    """Each time it is due, applied with --due, and then in order."""
    for at, cause, tags in ((STARTED, "started", ["ipswich", "vip"]), (ENDED, "lapsed", ["ipswich"])):
        assert causes(applied, at) == [("vip", cause, True)]
        done = applied.run("apply", "--due", "--yes", "--as-of", at)
        assert done.code == 0, done.err
        assert sorted(shop.tags(EMAIL)) == tags
        assert applied.run("drift", "--as-of", at).code == 0


def test_what_somebody_takes_away_again_is_not_the_clock_s(applied: Project, shop: Shop) -> None:
    """A tag that a due run had added and that is gone now was changed outside, and is not due."""
    applied.run("apply", "--due", "--yes", "--as-of", STARTED)
    tag(shop, EMAIL, "ipswich")
    assert causes(applied, "2026-12-02T06:00:00Z") == [("vip", "changed outside", False)]
    done = applied.run("apply", "--due", "--yes", "--as-of", "2026-12-02T06:00:00Z")
    assert (done.code, done.out.splitlines()[0]) == (0, "Nothing is due by the clock alone.")
    assert shop.tags(EMAIL) == ["ipswich"]


def test_due_leaves_alone_what_was_changed_outside(applied: Project, shop: Shop) -> None:
    """Another contact's change waits for people, as does one that was not applied; what is due goes on."""
    tag(shop, "tom.wherry@example.com", "stranger")
    applied.declare(
        TEAM.replace("{email: tom.wherry@example.com,", "{email: tom.wherry@example.com, tags: [],")
    )
    assert causes(applied, STARTED) == [("vip", "started", True), ("stranger", "not applied yet", False)]
    assert applied.run("apply", "--due", "--yes", "--as-of", STARTED).code == 0
    assert sorted(shop.tags(EMAIL)) == ["ipswich", "vip"]
    assert shop.tags("tom.wherry@example.com") == ["stranger"]


def test_declarations_that_were_never_applied_are_not_due(project: Project, shop: Shop) -> None:
    """A merge whose apply was refused must not come in by the clock."""
    project.declare(TEAM)
    assert causes(project, STARTED) == [("vip", "started", False)]
    project.run("apply", "--due", "--yes", "--as-of", STARTED)
    assert shop.tags(EMAIL) == ["ipswich"]


def test_what_an_interrupted_run_left_over_is_told_with_its_name(applied: Project, shop: Shop) -> None:
    """The run that did not come to its end, and what it should have done."""
    tag(shop, EMAIL)
    (journal,) = (applied.root / ".reconcile" / "runs").glob("*.jsonl")
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:1]))  # as if it had been killed before its first write
    done = applied.run("drift", "--as-of", AS_OF)
    assert f"left over from run {journal.stem}" in done.out


def test_due_takes_no_plan(applied: Project, tmp_path: Path) -> None:
    """What is due needs no approval beside that of the declarations."""
    done = applied.run("apply", "plan.json", "--due", "--yes")
    assert (done.code, "--due needs no PLAN.json" in done.err) == (64, True)


def test_drift_in_markdown_is_masked(applied: Project, shop: Shop) -> None:
    """It is made for an issue; in a terminal it names people."""
    tag(shop, EMAIL, "stranger")
    assert EMAIL in applied.run("drift", "--as-of", AS_OF).out
    shown = applied.run("drift", "--as-of", AS_OF, "--format", "markdown").out
    assert (EMAIL in shown, "g•••@e•••.com" in shown) == (False, True)
    assert EMAIL in applied.run("drift", "--as-of", AS_OF, "--format", "markdown", "--privacy", "show").out


def test_declarations_of_another_checkout_go_by_this_configuration(project: Project, tmp_path: Path) -> None:
    """Folder, modes and guards are this one's; places are told from the other's root."""
    project.declare("contacts: [{email: owner@example.com, tags: [vip]}]")
    head = tmp_path / "head"
    other = Project(head, project.environment)
    other.declare("contacts: [{email: grace.odell@example.com, tags: [gold]}]", "contacts/team.yaml")
    other.configure("version: 1\ncontacts: elsewhere/\nprotect: {}\n")
    done = project.run("plan", "--as-of", AS_OF, "--declarations", str(head), "--out", "plan.json")
    assert done.code == 0, done.err
    (change,) = json.loads((project.root / "plan.json").read_text())["changes"]
    assert change["contact"]["source"]["file"] == "contacts/team.yaml"
    assert change["contact"]["email"] == EMAIL


def test_what_a_run_took_back_was_not_done_outside(applied: Project, shop: Shop) -> None:
    """The drift after a revert names its run, and is not adopted; what somebody does after it is theirs."""
    applied.declare(TEAM.replace("[ipswich,", "[ipswich, gala,"))
    assert applied.run("apply", "--yes", "--as-of", "2026-11-24T09:00:00Z").code == 0
    at = ("--as-of", "2026-11-25T09:00:00Z")
    assert applied.run("revert", "last", "--out", "undo.json", *at).code == 0
    assert applied.run("apply", "undo.json", "--yes", *at).code == 0
    told = applied.run("drift", *at).out
    assert "gala  run 20261125T090000Z-" in told
    assert "outside" not in told
    left = applied.run("drift", "--adopt", *at)
    assert (left.code, "tag 'gala': a run did it" in left.out) == (2, True), left.said
    assert "gala" in (applied.root / "contacts/team.yaml").read_text()
    tag(shop, EMAIL)
    assert causes(applied, at[1]) == [("gala", "done by a run", False), ("ipswich", "changed outside", False)]


def test_a_run_of_what_is_due_proves_nothing_of_whom_it_did_not_read(applied: Project, shop: Shop) -> None:
    """The last known value is as old as the run that saw it."""
    applied.declare(TEAM.replace("[customer]}", "[customer], tags: [gala]}"))
    assert applied.run("apply", "--yes", "--as-of", AS_OF).code == 0
    tag(shop, "tom.wherry@example.com")
    assert applied.run("apply", "--due", "--yes", "--as-of", STARTED).code == 0
    told = applied.run("drift", "--as-of", "2026-12-02T06:00:00Z").out
    assert "taken away outside since 2026-11-23; was held" in told
