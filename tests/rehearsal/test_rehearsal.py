"""The whole road, by our own workflow files: plan, comment, merge, apply, drift; and the bad roads."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.forge.sticky_comment import facts_of
from tests.support.forge.fake_github import BOT, TOKEN, FakeGitHub, serve_github, zipped
from tests.support.forge.team import FILE, Team, declared
from tests.support.shop import Shop

EMAIL = "grace.odell@example.com"

pytestmark = pytest.mark.timeout(400)  # each step is a process of its own, up to twenty of them a test


@pytest.fixture
def fake_github() -> Iterator[FakeGitHub]:
    """A stand-in for GitHub."""
    with serve_github() as fake_github:
        yield fake_github


@pytest.fixture
def team(tmp_path: Path, shop: Shop, fake_github: FakeGitHub) -> Team:
    """A team whose main branch declares Grace without tags."""
    folder = tmp_path / "team"
    folder.mkdir()
    return Team(folder, shop, fake_github)


def test_the_whole_road(team: Team, shop: Shop, fake_github: FakeGitHub) -> None:
    """A change is planned, commented, merged, applied and journalled; afterwards nothing has drifted."""
    pull = team.propose({FILE: declared("ipswich")})
    planned = team.plan(pull)
    assert planned.jobs == {"validate": "success", "plan": "success"}, planned.logs
    (comment,) = team.comments(pull.number)
    assert "ipswich" in comment, comment
    assert f"https://github.example/example/shop/blob/{pull.merge}/{FILE}#L2" in comment
    assert "ipswich" in planned.summary
    assert shop.tags(EMAIL) == []

    applied = team.apply(team.merge(pull))
    assert applied.jobs == {"preview": "success", "apply": "success"}, applied.logs
    assert shop.tags(EMAIL) == ["ipswich"]
    assert "### Applied\n\n1 applied." in team.comments(pull.number)[1]

    watched = team.drift()
    assert watched.jobs == {"clock": "success", "drift": "success"}, watched.logs
    assert fake_github.issues == []
    published = "".join([*team.comments(pull.number), planned.summary, planned.logs, applied.logs])
    assert EMAIL not in published
    assert TOKEN not in published


def test_what_the_clock_asks_for_is_applied_and_the_rest_becomes_an_issue(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """A window that starts was approved at merge; what somebody changed outside is for people to judge."""
    later = "{value: vip, starts: 2026-12-01, expires: 2026-12-24}"
    other = declared("trade", email="tom.wherry@example.com").removeprefix("contacts:\n")
    pull = team.propose({FILE: declared("ipswich", later) + other})
    team.plan(pull)
    team.apply(team.merge(pull))
    assert shop.tags(EMAIL) == ["ipswich"]

    team.tag_outside("tom.wherry@example.com", "stranger")
    team.runner.as_of = "2026-12-01T06:00:00Z"
    watched = team.drift()
    assert watched.jobs == {"clock": "success", "drift": "success"}, watched.logs
    assert sorted(shop.tags(EMAIL)) == ["ipswich", "vip"]
    assert shop.tags("tom.wherry@example.com") == ["stranger"]
    (issue,) = fake_github.issues
    assert "changed outside" in issue["body"]
    assert "tom.wherry@example.com" not in issue["body"]

    team.drift()
    assert len(fake_github.issues) == 1
    team.tag_outside("tom.wherry@example.com", "trade")
    team.drift()
    assert [(one["state"], "No drift" in one["body"]) for one in fake_github.issues] == [("closed", True)]


@pytest.mark.long
def test_one_comment_follows_the_branch(team: Team) -> None:
    """A push plans anew and edits the comment in place."""
    pull = team.propose({FILE: declared("ipswich")})
    team.plan(pull)
    again = team.propose({FILE: declared("london")}, number=pull.number)
    team.plan(again)
    (comment,) = team.comments(pull.number)
    assert ("london" in comment, "ipswich" in comment) == (True, False)
    assert (facts_of("plan", comment) or {})["head"] == again.head


def test_a_problem_fails_the_check_before_anything_is_planned(team: Team) -> None:
    """Told with its place, in the log of a job that has no credentials."""
    planned = team.plan(team.propose({FILE: declared("ipswich").replace("roles", "rolls")}))
    assert planned.jobs == {"validate": "failure", "plan": "skipped"}
    assert f"::error file={FILE},line=3,col=5,title=unknown-key::unknown key 'rolls'" in planned.logs


def test_a_plan_that_fails_says_so_in_the_comment(team: Team) -> None:
    """An older plan does not stand there as if it were for this commit."""
    pull = team.propose({FILE: declared("ipswich")})
    team.plan(pull)
    worse = team.propose({FILE: declared("ipswich", email="nobody@example.com")}, number=pull.number)
    assert team.plan(worse).jobs == {"validate": "success", "plan": "failure"}
    (comment,) = team.comments(pull.number)
    assert "### No plan could be made" in comment
    assert "nobody@example.com" not in comment


def test_a_fork_is_validated_and_nothing_else(team: Team, fake_github: FakeGitHub) -> None:
    """No credential, no comment, no artifact."""
    pull = team.propose({FILE: declared("ipswich")})
    fork = type(pull)(pull.number, pull.head, pull.base, pull.merge, repo="mallory/shop")
    assert team.plan(fork).jobs == {"validate": "success", "plan": "skipped"}
    assert (fake_github.comments, fake_github.artifacts) == ({}, [])
    refused = team.apply(team.merge(fork))
    assert refused.jobs == {"preview": "failure", "apply": "skipped"}
    assert "came from a fork" in refused.logs


def test_the_guards_of_the_branch_under_review_do_not_count(team: Team, shop: Shop) -> None:
    """A branch that lifts the protection of the owner is planned, and refused, under the one of its base."""
    open_door = (team.clone / "reconcile.yaml").read_text().replace("owner@example.com", "nobody@example.com")
    files = {"reconcile.yaml": open_door, FILE: declared("vip", email="owner@example.com")}
    pull = team.propose(files)
    planned = team.plan(pull)
    assert planned.jobs["plan"] == "success"
    assert "protected" in team.comments(pull.number)[0]
    refused = team.apply(team.merge(pull))
    assert "made under another configuration" in refused.logs
    assert "vip" not in shop.tags("owner@example.com")


def refused(team: Team, shop: Shop, commit: str) -> str:
    """The log of an apply that must write nothing."""
    before = [(shop.tags(EMAIL), shop.roles(EMAIL))]
    done = team.apply(commit)
    assert "failure" in done.jobs.values(), done.logs
    assert before == [(shop.tags(EMAIL), shop.roles(EMAIL))]
    return done.logs


def test_a_live_change_after_the_approval_is_not_overwritten(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Somebody adds a tag: the plan would now remove it, which nobody approved."""
    pull = team.propose({FILE: declared("ipswich")})
    team.plan(pull)
    team.tag_outside(EMAIL, "stranger")
    commit = team.merge(pull)
    assert "remove tags stranger was not approved" in refused(team, shop, commit)
    assert "### Nothing was applied" in team.comments(pull.number)[1]
    assert shop.tags(EMAIL) == ["stranger"]

    team.tag_outside(EMAIL)
    assert team.apply(commit).jobs["apply"] == "success"
    assert "### Applied" in team.comments(pull.number)[1]


@pytest.mark.long
def test_a_run_that_is_started_again_repeats_nothing(team: Team, shop: Shop) -> None:
    """What was applied is spent: later changes of the account are not undone by an old approval."""
    pull = team.propose({FILE: declared("ipswich")})
    team.plan(pull)
    commit = team.merge(pull)
    team.apply(commit)
    team.tag_outside(EMAIL)
    assert "was applied already" in refused(team, shop, commit)


def test_a_branch_that_was_rebased_after_the_plan_is_refused(team: Team, shop: Shop) -> None:
    """The comment and the artifact are for the head before; what was merged has no plan."""
    pull = team.propose({FILE: declared("ipswich")})
    team.plan(pull)
    rebased = team.propose({FILE: declared("ipswich", "london")}, number=pull.number)
    assert f"is not for commit {rebased.head}" in refused(team, shop, team.merge(rebased))


def test_a_comment_that_a_stranger_edited_is_no_approval(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Neither with another text nor with another seal; nor is a comment that a stranger wrote."""
    pull = team.propose({FILE: declared("ipswich")})
    team.plan(pull)
    row = fake_github.comments[pull.number][0]
    body = row["body"]
    fake_github.edited(row, "mallory", body.replace("ipswich", "harmless"))
    fake_github.wrote(pull.number, "mallory", body)
    commit = team.merge(pull)
    assert "that nobody else has edited" in refused(team, shop, commit)
    fake_github.edited(row, BOT, body)
    assert team.apply(commit).jobs["apply"] == "success"


def test_an_artifact_that_was_forged_is_refused(team: Team, shop: Shop, fake_github: FakeGitHub) -> None:
    """Whoever can replace an artifact can change the plan in it, but not the seal in our comment."""
    pull = team.propose({FILE: declared("ipswich")})
    team.plan(pull)
    number = next(row["id"] for row in fake_github.artifacts if row["name"] == "reconcile-plan")
    honest = team.runner.fake_github.archives[number]
    files = dict(contents(honest))
    plan = json.loads(files["plan.json"])
    plan["changes"][0]["operations"][0]["item"] = "gold"
    fake_github.archives[number] = zipped({**files, "plan.json": json.dumps(plan).encode()})
    commit = team.merge(pull)
    assert "it was changed later" in refused(team, shop, commit)


def contents(archive: bytes) -> Iterator[tuple[str, bytes]]:
    from reconcile.forge.artifacts import members

    return members(archive)


@pytest.mark.long
def test_a_plan_that_is_too_large_still_fits_its_comment(team: Team, shop: Shop) -> None:
    """The stand-in refuses a longer one, as GitHub does; the text says what is left out; apply works."""

    def many(email: str) -> str:  # other ones for each, since equal changes stand together
        return ", ".join(f"{email.split('@', maxsplit=1)[0]}-{number:04d}-{'x' * 60}" for number in range(40))

    emails = [email for email in team.users() if email != "owner@example.com"]
    entries = (declared(many(email), email=email).replace("contacts:\n", "") for email in emails)
    text = "contacts:\n" + "".join(entry.replace("    roles: [customer]\n", "") for entry in entries)
    pull = team.propose({FILE: text})
    planned = team.plan(pull)
    assert planned.jobs["plan"] == "success", planned.logs
    (comment,) = team.comments(pull.number)
    assert 60_000 < len(comment.encode()) <= 65_536
    assert "Left out" in comment
    applied = team.apply(team.merge(pull))
    assert applied.jobs["apply"] == "success", applied.logs


@pytest.mark.parametrize("visibility", ["public", pytest.param("internal", marks=pytest.mark.long)])
def test_a_repository_of_many_keeps_no_plan_and_so_applies_none(
    team: Team, shop: Shop, fake_github: FakeGitHub, visibility: str
) -> None:
    """The plan names people: where everybody or a whole company reads artifacts, there is none to apply."""
    team.runner.visibility = visibility
    pull = team.propose({FILE: declared("ipswich")})
    team.plan(pull)
    assert {row["name"] for row in fake_github.artifacts} == {"reconcile-page"}
    assert "keeps an artifact" in refused(team, shop, team.merge(pull))


def test_without_the_variable_only_validate_runs(team: Team) -> None:
    """A repository that is not set up yet fails nowhere."""
    team.runner.variables.clear()
    pull = team.propose({FILE: declared("ipswich")})
    assert team.plan(pull).jobs == {"validate": "success", "plan": "skipped"}
    assert set(team.apply(team.merge(pull)).jobs.values()) == {"skipped"}
    assert set(team.drift().jobs.values()) == {"skipped"}
