"""A pull request by the workflow files: validated, planned, commented, reviewed."""

from dataclasses import replace

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_actions.run import WorkflowRun
from tests.support.forge.github_actions.team import Team
from tests.support.forge.team import FILE, GRACE, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)  # each step is a process of its own


@pytest.mark.long
def test_one_comment_follows_the_branch(team: Team) -> None:
    """A push plans anew and edits the comment in place."""
    pull = team.propose({FILE: declared("ipswich")})
    team.plan(pull)
    again = team.push(pull, {FILE: declared("london")})
    run = team.plan(again)
    assert run.result == "failure"  # nobody has reviewed it
    (comment,) = team.comments(pull.number)
    assert ("london" in comment, "ipswich" in comment) == (True, False)
    assert again.head in comment


@pytest.mark.long
def test_nobody_approves_what_he_has_pushed_to_the_branch_of_another(team: Team) -> None:
    """Nor once somebody else has had it planned again; anybody else may."""
    assert team.by_hand().result == "success"
    pull = team.propose({FILE: declared("ipswich")})
    team.plan(pull, by="cat")
    team.approve(pull, "cat")
    pushed = team.review(pull)
    assert pushed.ended("Reviewed") == "failure"
    assert "other than its author ben and cat, who pushed it or had it planned" in pushed.logs
    team.plan(pull, "reopened", by="ben")
    team.approve(pull, "cat")
    assert team.review(pull).ended("Reviewed") == "failure"
    team.approve(pull, "ann")
    assert team.review(pull).ended("Reviewed") == "success"


def test_a_problem_stands_in_the_comment_and_at_its_line(team: Team) -> None:
    """The plan before it does not stand there as if it were for this commit."""
    pull = team.propose({FILE: declared("ipswich").replace("roles", "rolls")})
    run = team.plan(pull)
    results = [run.ended(name) for name in ("Validate", "Plan (shop)", "Planned", "Reviewed")]
    assert results == ["failure"] * 4, run.logs
    assert f"::error file={FILE},line=3,col=5,title=unknown-key::unknown key 'rolls'" in run.log("Validate")
    (comment,) = team.comments(pull.number)
    assert "unknown key 'rolls'" in comment
    assert GRACE not in comment


def test_a_fork_and_a_bot_get_the_validation_and_nothing_else(team: Team, fake_github: FakeGitHub) -> None:
    """No credential, no comment, no artifact; a bot's pull request can be merged all the same."""
    pull = team.propose({FILE: declared("ipswich")}, repo="mallory/shop")
    bot = replace(pull, author="dependabot[bot]", repo="example/shop")
    for unplanned in (pull, bot):
        run = team.plan(unplanned)
        assert (run.ended("Validate"), run.ended("Planned"), run.result) == ("success",) * 3
        assert run.ended("Plan (${{ matrix.target }})") == run.ended("Reviewed") == "skipped"
    assert (fake_github.comments, fake_github.artifacts) == ({}, [])


def test_until_it_is_switched_on_only_the_validation_runs(team: Team) -> None:
    """A repository that is not set up yet fails nowhere."""
    team.runner.variables.clear()
    run = team.plan(team.propose({FILE: declared("ipswich")}))
    assert (run.ended("Validate"), run.ended("Plan (${{ matrix.target }})")) == ("success", "skipped")
    assert team.by_hand().result == team.drift().result == "skipped"


def test_a_branch_is_planned_under_the_rules_of_main(team: Team, shop: Shop) -> None:
    """One that lifts the protection of the owner changes nothing by that: the plan is red."""
    open_door = team.settings().replace("owner@example.com", "nobody@example.com")
    files = {"reconcile.yaml": open_door, FILE: declared("vip", email="owner@example.com")}
    pull = team.propose(files)
    run = team.plan(pull)
    assert (run.ended("Plan (shop)"), run.ended("Planned")) == ("failure", "failure")
    assert "protected" in team.comments(pull.number)[0]


def test_a_title_that_is_edited_plans_nothing_another_base_does(team: Team) -> None:
    """And a check that was red does not pass by being skipped."""
    pull = team.propose({FILE: declared("ipswich")})
    event = {"action": "edited", "pull_request": pull.event, "changes": {"title": {"from": "x"}}}
    place = {"sha": pull.merge, "ref": f"refs/pull/{pull.number}/merge", "head": pull.head}
    run = team.runner.start("plan.yml", "pull_request", event, **place)
    assert run.jobs["plan"] == "skipped"
    assert set(run.jobs) == {"plan", "review / Reviewed"}


@pytest.mark.long
def test_a_plan_that_is_too_large_still_fits_its_comment(team: Team) -> None:
    """The stand-in refuses a longer one, as GitHub does; the text says what is left out."""

    def many(email: str) -> str:  # other ones for each, since equal changes stand together
        return ", ".join(f"{email.split('@', maxsplit=1)[0]}-{number:04d}-{'x' * 60}" for number in range(40))

    emails = [email for email in team.users() if email != "owner@example.com"]
    entries = (declared(many(email), email=email).replace("contacts:\n", "") for email in emails)
    text = "contacts:\n" + "".join(entry.replace("    roles: [customer]\n", "") for entry in entries)
    pull = team.propose({FILE: text})
    run = team.plan(pull)
    assert run.ended("Planned") == "success", run.logs
    (comment,) = team.comments(pull.number)
    assert 55_000 < len(comment.encode()) <= 65_536
    assert "Left out" in comment


@pytest.mark.long
def test_a_contact_that_is_not_there_is_told_at_its_line(team: Team) -> None:
    """The account knows it, not the file: the plan says it, in the comment and beside the line."""
    pull = team.propose({FILE: declared("ipswich", email="nobody@example.com")})
    run = team.plan(pull)
    assert (run.ended("Validate"), run.ended("Planned")) == ("success", "failure")
    assert f"::error file={FILE},line=2,col=5,title=contact-not-found::" in run.log("Plan (shop)")
    (comment,) = team.comments(pull.number)
    assert "no contact has e-mail" in comment
    assert "#L2" in comment
    assert "nobody@example.com" not in comment


def test_the_first_configuration_is_said_to_wait_for_the_run_by_hand(team: Team) -> None:
    """There is nothing to plan it with, and it can be merged."""
    for name in ("reconcile.yaml", FILE):
        (team.clone / name).unlink()
    team.commit("Before", "main")
    run = team.plan(team.propose({"reconcile.yaml": team.settings(), FILE: declared("ipswich")}))
    assert [run.ended(name) for name in ("Validate", "Planned", "Reviewed")] == ["success"] * 3, run.logs
    assert "merging brings it, and the run by hand applies what is declared" in run.summary


def checks(*runs: WorkflowRun) -> dict[str, str]:
    """The required checks of a head, as its runs left them: the newest of a name counts."""
    return {name: result for run in runs for name, result in run.jobs.items() if " / " in name}


def test_the_checks_turn_green_after_the_review_so_that_it_merges_itself(
    team: Team, fake_github: FakeGitHub
) -> None:
    """A dismissed review turns them red again, and so does a push."""
    pull = team.propose({FILE: declared("ipswich")})
    planned = team.plan(pull)
    assert checks(planned) == {
        "plan / Validate": "success",
        "plan / Plan (shop)": "success",
        "plan / Planned": "success",
        "review / Reviewed": "failure",
    }
    team.approve(pull)
    assert set(checks(planned, team.review(pull)).values()) == {"success"}
    fake_github.reviewed(pull.number, "cat", "DISMISSED", commit=pull.head)
    dismissed = team.review(pull)
    assert checks(planned, dismissed)["review / Reviewed"] == "failure"
    assert "has approved the head" in dismissed.log("Reviewed")
