"""A colleague who may push, but not approve, keeps plans of his own as if they were of pull requests."""

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_actions.planted import (
    plan_to_undo,
    planting,
    planting_branch,
    whole_plan,
)
from tests.support.forge.github_actions.run import WorkflowRun
from tests.support.forge.github_actions.team import Team, TeamPullRequest
from tests.support.forge.team import FILE, GRACE, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)

IPSWICH = {FILE: declared("vip", "ipswich")}


def begun(team: Team) -> WorkflowRun:
    """The first run, by hand, which gives Grace a tag."""
    team.write(FILE, declared("vip"))
    team.commit("Declare", "main")
    run = team.let_through(team.by_hand())
    assert run.result == "success", run.logs
    return run


def refused(team: Team, run: WorkflowRun, pull: TeamPullRequest) -> str:
    """The log of a run that asks nobody and writes nothing, and says so wherever people look."""
    assert (run.ended("Preview (shop)"), run.ended("Apply (shop)")) == ("failure", "skipped"), run.logs
    assert run.waiting == []
    told = team.comments(pull.number)[-1]
    assert "### Refused" in told
    assert "No changes" not in told + run.summary + run.logs
    return run.logs


def foreseen(team: Team, pull: TeamPullRequest) -> str:
    """A plan that shows more than the pull request does: what a colleague is about to change in the admin."""
    team.tag_outside(GRACE, "vip", "stranger")
    plan = whole_plan(team, pull)
    team.tag_outside(GRACE, "vip")
    return plan


def test_a_plan_to_undo_a_run_is_neither_approved_nor_applied(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Planted in the artifact's right name by another branch's workflow; then as the preview of the run."""
    begun(team)
    (journal,) = team.runner.folder.rglob("runs/*.jsonl")
    undoing = plan_to_undo(team, journal.stem, journal.parents[2])
    pull = team.propose(IPSWICH)
    fake_github.deleted(team.plan(pull).id)  # whoever may push may do that
    planting_branch(team, "release", undoing)
    rival = team.propose_again(pull, "release")
    planted = team.plan(rival)
    assert planted.result == "success", planted.logs
    team.approve(pull)

    said = refused(team, team.apply(team.merge(pull)), pull)
    of_plan = f"#{pull.number}: the plan of run {planted.id}"
    assert f"{of_plan} may be that of #{rival.number}, which had the same head and goes to 'release'" in said
    assert f"{of_plan} undoes the run '{journal.stem}', which only a person does" in said
    assert "the way out: start the run by hand" in said
    assert shop.tags(GRACE) == ["vip"]

    run = team.by_hand()
    assert "ipswich" in run.summary
    honest = fake_github.archive_of(run.id, "reconcile-preview-shop-1")
    fake_github.left(run.id, "reconcile-preview-shop-1", {**honest, "preview.json": undoing.encode()})
    team.let_through(run)
    assert (run.ended("Apply (shop)"), shop.tags(GRACE)) == ("failure", ["vip"])
    assert "preview.json is not the one that was signed" in run.logs
    fake_github.left(run.id, "reconcile-preview-shop-1", honest)
    team.runner.again(run, failed=True)
    assert (run.result, sorted(shop.tags(GRACE))) == ("success", ["ipswich", "vip"]), run.logs


def test_a_plan_of_another_pull_request_is_not_taken_for_this_ones(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Of the same branch, of another one at the same commit, and of this one while it went elsewhere."""
    begun(team)
    pull = team.propose(IPSWICH)
    planting_branch(team, "release", foreseen(team, pull))
    rivals = [team.propose_again(pull, "release"), team.propose_again(pull, "release", branch="other")]
    planted = [team.plan(rival) for rival in rivals]
    for rival in rivals:
        fake_github.closed(rival.number)
    fake_github.wait(minutes=1)
    planted.append(team.plan(team.retarget(pull, "release")))
    fake_github.wait(minutes=1)
    pull = team.retarget(pull, "main")
    assert {run.result for run in planted} == {"success"}
    team.approve(pull)

    team.tag_outside(GRACE, "vip", "stranger")
    said = refused(team, team.apply(team.merge(pull)), pull)
    same, other, before = (f"#{pull.number}: the plan of run {run.id}" for run in planted)
    assert "remove tags stranger was not approved" in said
    assert "add tags ipswich was not approved" in said  # there is no other plan
    assert f"{same} may be that of #{rivals[0].number}, which had the same head" in said
    assert f"{other} was not made for this pull request" in said
    assert f"{before} was made for another branch, which the pull request went to then" in said
    assert sorted(shop.tags(GRACE)) == ["stranger", "vip"]


@pytest.mark.long
def test_the_plan_of_a_head_with_other_workflows_does_not_count(team: Team, shop: Shop) -> None:
    """Not even a good one: whatever ran there may have kept any plan."""
    begun(team)
    pull = team.propose(IPSWICH)
    team.plan(pull)
    pull = team.push(pull, IPSWICH | planting(foreseen(team, pull)))
    assert team.plan(pull).result == "success"
    team.approve(pull)
    team.tag_outside(GRACE, "vip", "stranger")
    said = refused(team, team.apply(team.merge(pull)), pull)
    assert f"#{pull.number}: its runs did not have the workflows of the branch that it goes to" in said
    assert "put changes of workflows into a pull request of their own, or start the run by hand" in said
    assert sorted(shop.tags(GRACE)) == ["stranger", "vip"]
