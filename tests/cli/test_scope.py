"""``plan --base`` and ``plan --only`` on the command line, in a repository with real commits."""

import json

import pytest

from tests.support.project import AS_OF, Project
from tests.support.repository import Repository, under_git
from tests.support.shop import Shop

TEAM = """\
contacts:
  - {email: grace.odell@example.com, roles: [customer], tags: [diss]}
  - {email: tom.wherry@example.com, roles: [customer]}
  - {email: carys.pugh@example.org, roles: [customer, trade-account], tags: [trade]}
"""


@pytest.fixture
def repository(project: Project) -> Repository:
    """With one entry that differs from what was committed, and others that differ from the account."""
    project.declare(TEAM)
    made = under_git(project)
    project.declare("# Moved down\n" + TEAM.replace("tags: [trade]", "tags: [uk]"))
    return made


def test_a_plan_against_a_commit_is_about_what_differs(
    project: Project, shop: Shop, repository: Repository
) -> None:
    """It says so first; the JSON tells the commit, and whom it was about."""
    done = project.run("plan", "--base", "main", "--as-of", AS_OF, "--out", "plan.json")
    assert done.code == 0, done.said
    commit = repository.git("rev-parse", "main")
    assert f"Against main at {commit[:7]}: 1 of 3 declarations differs; the others were not" in done.out
    assert "grace.odell" not in done.out
    scope = json.loads((project.root / "plan.json").read_text())["scope"]
    assert (scope["base"], scope["ref"], scope["declared"]) == (commit, "main", 3)
    assert [contact["email"] for contact in scope["contacts"]] == ["carys.pugh@example.org"]
    assert shop.requests() == [
        ("GET", "/api/v2/roles.json"),
        ("GET", "/api/v2/contacts.json"),
        ("GET", f"/api/contacts/{shop.id('carys.pugh@example.org')}.json"),
    ]


def test_a_plan_of_a_name_is_about_whom_it_means(
    project: Project, shop: Shop, repository: Repository
) -> None:
    """Both together are about what differs and is named; that may be nobody, and then nobody is asked for."""
    one = project.run("plan", "--only", "Grace.Odell@example.com", "--as-of", AS_OF)
    assert (one.code, "~ grace.odell" in one.out, "carys" in one.out) == (0, True, False), one.said
    before = len(shop.requests())
    none = project.run("plan", "--base", "main", "--only", "tom.wherry@example.com", "--as-of", AS_OF)
    assert (none.code, "No changes" in none.out) == (0, True), none.said
    assert "Nobody at 127.0.0.1" in none.out.splitlines()[0]
    assert "0 of 3 declarations differ" in none.out
    assert [path for _, path in shop.requests()[before:]] == ["/api/v2/roles.json"]


def test_what_can_not_be_compared_or_means_nothing_asks_for_nothing(
    project: Project, shop: Shop, repository: Repository
) -> None:
    """Before the first request, with a code of its own."""
    for arguments, code, told in (
        (("--base", "nowhere"), 64, "--base: this repository has no commit 'nowhere'"),
        (("--only", "grace.odel@example.com"), 65, "did you mean 'grace.odell@example.com'?"),
    ):
        done = project.run("plan", *arguments, "--as-of", AS_OF)
        assert (done.code, told in done.err) == (code, True), done.said
    assert shop.requests() == []
    for contradiction in (("plan.json",), ("--due",), ("--acknowledge", "RUN")):
        done = project.run("apply", "--base", "main", *contradiction)
        assert (done.code, "--base and --only cut a new plan down" in done.err) == (64, True), done.said
