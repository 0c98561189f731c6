"""``drift --adopt`` as a person calls it, against a sandbox on a port."""

import re
import shutil

import pytest

from reconcile.evance.writer import Writer
from tests.support.project import AS_OF, Project
from tests.support.shop import Shop

GRACE, TOM = "grace.odell@example.com", "tom.wherry@example.com"

TEAM = """\
contacts:
  # the first one
  - email: grace.odell@example.com   # Grace
    roles: [customer]
    tags:
      - ipswich      # lives there
      - 'trade'
  - {email: tom.wherry@example.com, roles: [customer], tags: [vip, {value: gala, starts: 2026-12-01}]}
"""

LATER = "2026-12-02T09:00:00Z"


@pytest.fixture
def drifted(project: Project, shop: Shop) -> Project:
    """A project that was applied; then tags of both contacts were changed in the shop's admin."""
    project.declare(TEAM)
    assert project.run("apply", "--yes", "--as-of", AS_OF).code == 0
    with Writer(shop.connection) as account:
        account.update(shop.id(GRACE), {"contact": {"tags": {"contact": ["ipswich", "=stranger"]}}})
        account.update(shop.id(TOM), {"contact": {"tags": {"contact": []}}})
    return project


def declared(project: Project) -> str:
    return (project.root / "contacts/team.yaml").read_text(encoding="utf-8")


def test_what_was_changed_outside_is_declared_and_nothing_is_sent(drifted: Project, shop: Shop) -> None:
    """Only the items differ; what the clock asks for is named and left; then nothing else has drifted."""
    before = len(shop.requests())
    done = drifted.run("drift", "--adopt", "--as-of", LATER)
    assert done.code == 2, done.said
    assert {method for method, _ in shop.requests()[before:]} == {"GET"}
    after = TEAM.replace("      - 'trade'\n", '      - "=stranger"\n').replace("tags: [vip, ", "tags: [")
    assert declared(drifted) == after
    assert "Adopted 3 changes of 2 contacts at 127.0.0.1" in done.out
    assert "- tag   trade      taken away outside since 2026-11-23; was held" in done.out
    assert "? tom.wherry@example.com (contact 9): tag 'gala': its window started 2026-12-01" in done.out
    again = drifted.run("drift", "--adopt", "--as-of", LATER)
    assert (again.code, declared(drifted)) == (2, after)
    assert again.out.startswith("Nothing to adopt")
    assert drifted.run("drift", "--as-of", AS_OF).code == 0


def test_the_command_of_the_issue_adopts_in_a_checkout_that_knows_no_runs(drifted: Project) -> None:
    """The runs of a pipeline are its artifacts: nobody has them beside the files that are to be edited."""
    issue = drifted.run("drift", "--format", "markdown", "--as-of", AS_OF).out
    (command,) = re.findall(r"^reconcile (.+)$", issue, re.MULTILINE)
    for folder in ("runs", "records"):
        shutil.rmtree(drifted.root / ".reconcile" / folder)
    told = drifted.run("drift", "--as-of", AS_OF).out
    (offered,) = re.findall(
        r"^To declare what the account has: +reconcile (import --id .+)$", told, re.MULTILINE
    )
    assert sorted(offered.split()) == sorted(command.replace("--target local ", "").split())
    done = drifted.run(*command.split(), "--as-of", AS_OF)
    assert done.code == 0, done.said
    assert '"=stranger"' in declared(drifted)
    assert drifted.run("drift", "--as-of", AS_OF).code == 0


def test_only_the_named_contact_is_adopted(drifted: Project, shop: Shop) -> None:
    """By its address in whatever letter case, or its id; the rest is as different as before."""
    dry = drifted.run("drift", "--adopt", GRACE.upper(), "--dry-run", "--as-of", AS_OF)
    assert (dry.code, declared(drifted)) == (0, TEAM), dry.said
    assert dry.out.startswith("--- a/contacts/team.yaml\n+++ b/contacts/team.yaml\n")
    assert "Would adopt 2 changes of 1 contact" in dry.err
    assert drifted.run("drift", "--adopt", "99999", "--as-of", AS_OF).code == 65
    done = drifted.run("drift", "--adopt", shop.id(GRACE), "--as-of", AS_OF)
    assert (done.code, "tom.wherry" in done.out) == (0, False), done.said
    assert "git diff" in done.out
    left = drifted.run("drift", "--as-of", AS_OF)
    assert (left.code, GRACE in left.out, TOM in left.out) == (2, False, True)


WRONG = {
    "a contact that nobody declares": (
        ["--adopt", "grace.odel@example.com"], 65, "did you mean 'grace.odell@example.com'?"),
    "a contact without --adopt": ([GRACE], 64, "go with --adopt"),
    "a form of the drift": (["--adopt", "--format", "json"], 64, "leave --format and --out out"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_call_says_what_to_do(project: Project, case: str) -> None:
    """Before the account is asked for anything, and nothing is written."""
    arguments, code, said = WRONG[case]
    project.declare(TEAM)
    done = project.run("drift", *arguments)
    assert (done.code, said in done.err, declared(project)) == (code, True, TEAM), done.said


def test_nothing_is_adopted_that_no_run_has_applied(project: Project) -> None:
    """Nobody knows then what was done outside: it is named, with what to do, and 2."""
    project.declare(TEAM)
    done = project.run("drift", "--adopt", "--as-of", AS_OF)
    assert (done.code, declared(project)) == (2, TEAM), done.said
    assert "no complete run has applied the entry as it is now" in done.out


def test_who_is_set_aside_is_left_with_what_to_do(drifted: Project, shop: Shop) -> None:
    """Somebody who has another address now must not be adopted under the old one; the others are."""
    shop.edit(shop.id(TOM), email="tom@elsewhere.example.com")
    done = drifted.run("drift", "--adopt", "--as-of", AS_OF)
    assert done.code == 2, done.said
    assert "- 'trade'" not in declared(drifted)
    assert TEAM.splitlines()[-1] in declared(drifted)
    assert "set aside: " in done.out
    assert "tom@elsewhere.example.com" in done.out


def test_the_log_of_a_ci_system_names_nobody(drifted: Project) -> None:
    """Neither the lines nor the diff."""
    for more in ([], ["--dry-run"]):
        done = drifted.run("drift", "--adopt", *more, "--as-of", AS_OF, environment={"CI": "true"})
        assert done.code == 0, done.said
        assert [who for who in (GRACE, TOM) if who in done.said] == []
