"""From a pull request to the account by the workflow files: reviewed, merged, shown, let through, written."""

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.git_command import git
from tests.support.forge.github_actions.roads import approved
from tests.support.forge.github_actions.run import WorkflowRun
from tests.support.forge.github_actions.team import JOURNAL_KEY, Team
from tests.support.forge.team import FILE, GRACE, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)  # each step is a process of its own


@pytest.mark.parametrize("processes", [False, pytest.param(True, marks=pytest.mark.long)])
def test_the_whole_road(team: Team, shop: Shop, fake_github: FakeGitHub, *, processes: bool) -> None:
    """The first run is by hand; a change is planned, reviewed, merged, shown, let through and applied."""
    team.runner.processes = processes
    first = team.by_hand()
    assert (first.result, first.waiting) == ("success", []), first.logs  # there is nothing to write

    pull = team.propose({FILE: declared("ipswich")})
    planned = team.plan(pull)
    assert (planned.ended("Planned"), planned.ended("Reviewed")) == ("success", "failure"), planned.logs
    (comment,) = team.comments(pull.number)
    assert "ipswich" in comment
    assert "ipswich" in planned.summary
    names = [row["name"] for row in fake_github.artifacts if row["run"] == planned.id]
    assert names == ["reconcile-section-shop", "reconcile-page-shop", "reconcile-plan-shop-1"]
    team.approve(pull)
    reviewed = team.review(pull)
    assert reviewed.jobs == {"plan": "skipped", "review / Reviewed": "success"}, reviewed.logs

    run = team.apply(team.merge(pull))
    assert run.waiting == ["reconcile-approve-shop"], run.logs
    assert "ipswich" in run.summary
    assert shop.tags(GRACE) == []
    team.let_through(run)
    assert (run.ended("Apply (shop)"), shop.tags(GRACE)) == ("success", ["ipswich"]), run.logs
    assert "### Applied" in team.comments(pull.number)[1]

    watched = team.drift()
    assert (watched.result, fake_github.issues) == ("success", []), watched.logs
    told = [*team.comments(pull.number), *(run.summary + run.logs for run in (first, planned, run, watched))]
    assert GRACE not in "".join(told)
    assert JOURNAL_KEY not in "".join(told)


def begun(team: Team) -> None:
    """The first run, by hand."""
    assert team.by_hand().result == "success"


def merged(team: Team, *tags: str) -> tuple[int, str]:
    """A pull request that was planned, reviewed and merged: its number, and the commit that this made."""
    pull = team.propose({FILE: declared(*tags)})
    team.plan(pull)
    team.approve(pull)
    return pull.number, team.merge(pull)


def refused(team: Team, run: WorkflowRun) -> str:
    """The log of a run that must ask nobody and write nothing."""
    assert (run.ended("Preview (shop)"), run.ended("Apply (shop)")) == ("failure", "skipped"), run.logs
    return run.logs


def test_a_live_change_after_the_approval_is_not_overwritten(team: Team, shop: Shop) -> None:
    """Somebody adds a tag: the plan would now remove it, which nobody saw. Started again it goes on."""
    begun(team)
    number, commit = merged(team, "ipswich")
    team.tag_outside(GRACE, "stranger")
    run = team.apply(commit)
    assert "stranger" in refused(team, run)
    assert shop.tags(GRACE) == ["stranger"]
    assert "### Refused" in team.comments(number)[1]
    team.tag_outside(GRACE)
    team.runner.again(run, failed=True)
    team.let_through(run)
    assert (run.result, shop.tags(GRACE)) == ("success", ["ipswich"]), run.logs


@pytest.mark.long
def test_a_preview_that_was_let_through_holds_what_it_showed(team: Team, shop: Shop) -> None:
    """The account changes while the reviewers look: what they saw is written, and nothing else."""
    begun(team)
    _, commit = merged(team, "ipswich")
    run = team.apply(commit)
    team.tag_outside(GRACE, "stranger")
    team.let_through(run)
    assert (run.ended("Apply (shop)"), shop.tags(GRACE)) == ("failure", ["stranger"]), run.logs


@pytest.mark.long
def test_what_the_reviewers_refuse_is_not_written(team: Team, shop: Shop) -> None:
    """Nor is it tried by the clock; the next run on the tip asks again."""
    begun(team)
    _, commit = merged(team, "ipswich")
    run = team.apply(commit)
    team.runner.reject(run, "reconcile-approve-shop")
    assert (run.ended("Apply (shop)"), shop.tags(GRACE)) == ("skipped", [])
    assert team.tick().result == "success"
    assert shop.tags(GRACE) == []
    team.runner.again(run, failed=True)
    team.let_through(run)
    assert shop.tags(GRACE) == ["ipswich"]


@pytest.mark.parametrize("visibility", ["public", pytest.param("internal", marks=pytest.mark.long)])
def test_where_others_read_nothing_is_kept_and_nothing_applied(
    team: Team, shop: Shop, fake_github: FakeGitHub, visibility: str
) -> None:
    """Plans and journals name people."""
    team.tag_outside(GRACE, "stranger")
    team.runner.visibility = visibility
    run = team.by_hand()
    assert f"the repository is {visibility}" in refused(team, run)
    assert fake_github.artifacts == []
    assert shop.tags(GRACE) == ["stranger"]


@pytest.mark.long
def test_a_newer_action_stops_no_pull_request_from_before_it(team: Team, shop: Shop) -> None:
    """The bot has no secret, so no plan; merged it applies nothing, and plans of before still count."""
    begun(team)
    before = approved(team, {FILE: declared("ipswich")}, "before")
    name = ".github/workflows/plan.yml"
    text = git("show", f"main:{name}", at=team.bare)
    bot = team.propose({name: f"# newer\n{text}\n"}, branch="dependabot/actions", author="dependabot[bot]")
    run = team.plan(bot)
    assert (run.result, run.ended("Planned"), run.ended("Reviewed")) == ("success", "success", "skipped")
    assert team.comments(bot.number) == []
    run = team.apply(team.merge(bot))
    assert (run.result, run.ended("Let it through (shop)")) == ("success", "skipped"), run.logs
    run = team.apply(team.merge(before))
    team.let_through(run)
    assert (run.result, shop.tags(GRACE)) == ("success", ["ipswich"]), run.logs
