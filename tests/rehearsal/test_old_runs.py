"""Runs that are started again, or let through late: only the tip of main counts, and what it asks for."""

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.git_command import git
from tests.support.forge.github_actions.planted import planting_branch
from tests.support.forge.github_actions.run import WorkflowRun
from tests.support.forge.github_actions.team import Team, TeamPullRequest
from tests.support.forge.team import FILE, GRACE, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)


def merged(team: Team, *tags: str, branch: str = "change") -> tuple[TeamPullRequest, WorkflowRun]:
    """A pull request that was planned, approved and merged, and the run of its merge."""
    pull = team.propose({FILE: declared(*tags)}, branch=branch)
    team.plan(pull)
    team.approve(pull)
    return pull, team.apply(team.merge(pull))


def superseded(team: Team, run: WorkflowRun, job: str) -> None:
    """The last job that ran wrote nothing and says why."""
    assert run.result == "success", run.logs
    assert f"Nothing is done here: main is at {team.tip[:7]} by now, and its own run does the work" in (
        run.log(job)
    )


@pytest.mark.long
def test_what_main_has_taken_back_is_not_applied_by_an_old_run(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """One that was refused; all of it again, or what failed, with its old preview; approved days later."""
    assert team.by_hand().result == "success"
    pull, old = merged(team, "ipswich")
    team.runner.reject(old, "reconcile-approve-shop")
    back, tip = merged(team)
    assert (tip.result, tip.waiting) == ("success", []), tip.logs
    told = team.comments(pull.number)
    fake_github.wait(days=3)

    team.runner.again(old, failed=True)
    assert old.waiting == ["reconcile-approve-shop"]  # with the preview of its first attempt
    team.let_through(old)
    superseded(team, old, "Apply (shop)")
    team.runner.again(old)
    superseded(team, old, "Preview (shop)")
    assert old.waiting == []
    assert team.comments(pull.number) == told
    assert len(team.comments(back.number)) == 2
    assert shop.tags(GRACE) == []


@pytest.mark.long
def test_a_run_that_waited_while_main_moved_writes_nothing(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Its reviewer answers after three days; the tip's run has both merges."""
    assert team.by_hand().result == "success"
    _, late = merged(team, "ipswich")
    _, tip = merged(team, "ipswich", "trade", branch="trade")
    fake_github.wait(days=3)
    team.let_through(late)
    superseded(team, late, "Apply (shop)")
    assert shop.tags(GRACE) == []
    team.let_through(tip)
    assert sorted(shop.tags(GRACE)) == ["ipswich", "trade"]
    team.runner.again(late)
    superseded(team, late, "Preview (shop)")


@pytest.mark.long
def test_a_complete_run_does_nothing_once_more(team: Team, shop: Shop, fake_github: FakeGitHub) -> None:
    """Whatever became of the comments, and of what it wrote: that somebody took it away is drift."""
    assert team.by_hand().result == "success"
    pull, run = merged(team, "ipswich")
    team.let_through(run)
    assert shop.tags(GRACE) == ["ipswich"]
    planned, applied = fake_github.comments[pull.number]
    fake_github.edited(applied, "ben", "Nothing was applied.")
    fake_github.comments[pull.number].remove(planned)
    team.tag_outside(GRACE)

    team.runner.again(run)
    assert (run.result, run.waiting, shop.tags(GRACE)) == ("success", [], []), run.logs
    assert run.ended("Apply (shop)") == "skipped"
    team.runner.again(run, failed=True)
    assert (run.result, shop.tags(GRACE)) == ("success", []), run.logs


def test_a_tag_of_the_same_name_is_not_main(team: Team, shop: Shop) -> None:
    """The environments admit the branch alone; where they are set up wrongly, the commands refuse it."""
    team.write(FILE, declared("ipswich"))
    team.commit("Declare", "main")
    planting_branch(team, "other", "{}")
    git("push", "--quiet", "origin", "HEAD:refs/tags/main", at=team.clone)
    run = team.by_hand("refs/tags/main")
    assert run.ended("Preview (shop)") == "failure"
    assert "refs/tags/main is not allowed to deploy to reconcile-preview-shop" in run.logs

    for name in ("preview", "approve", "apply"):
        team.runner.environments[f"reconcile-{name}-shop"].only_main = False
    run = team.by_hand("refs/tags/main")
    assert (run.ended("Preview (shop)"), run.ended("Apply (shop)")) == ("success", "skipped"), run.logs
    assert "this run is for refs/tags/main, and only what is at the tip of main counts" in run.logs
    assert "refs/tags/main" in run.summary
    assert shop.tags(GRACE) == []
