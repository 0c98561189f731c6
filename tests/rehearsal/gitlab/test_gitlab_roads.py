"""GitLab: the whole road by the pipeline of the page, with its rules, its variables and real Git."""

import pytest

from tests.support.forge.fake_gitlab import LAB_TOKEN, READ_TOKEN, FakeGitLab
from tests.support.forge.gitlab_ci.runner import Pipeline, ProjectVariable
from tests.support.forge.gitlab_ci.team import GRACE, JOURNAL_KEY, TOM, GitLabTeam
from tests.support.forge.team import FILE, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)  # each step is a process of its own, up to thirty of them a test


def first_run(team: GitLabTeam) -> Pipeline:
    """The run by hand with which the record begins."""
    pipeline = team.main("web")
    assert pipeline.states == {"preview shop": "success", "apply shop": "manual"}, pipeline.log
    return pipeline


@pytest.mark.long
def test_the_whole_road(team: GitLabTeam, shop: Shop, fake_gitlab: FakeGitLab) -> None:
    """An empty plan asks nobody; a change is planned, noted, approved, merged, previewed and applied."""
    begun = first_run(team)

    number = team.propose({FILE: declared("ipswich")})
    planned = team.plan(number)
    assert planned.states == {
        "validate": "success",
        "plan shop": "success",
        "comment": "success",
        "reviewed": "failed",
    }, planned.log
    (note,) = team.notes(number)
    assert "ipswich" in note
    team.approve(number, "ann")  # whose own it is
    assert "other than its author ann" in team.runner.retry(planned, "reviewed")
    team.approve(number)
    team.runner.retry(planned, "reviewed")
    assert planned.states["reviewed"] == "success", planned.logs["reviewed"]

    team.merge(number)
    merged = team.main()
    assert merged.states == {"preview shop": "success", "apply shop": "manual"}, merged.log
    assert shop.tags(GRACE) == []
    assert team.runner.resource_groups == []
    team.runner.play(merged, "apply shop")
    assert merged.states["apply shop"] == "success", merged.log
    assert shop.tags(GRACE) == ["ipswich"]
    assert team.runner.resource_groups == [("reconcile-write-shop", "apply shop")]

    published = "".join([*team.notes(number), begun.log, planned.log, merged.log])
    assert GRACE not in published
    for secret in (LAB_TOKEN, READ_TOKEN, JOURNAL_KEY, "PRIVATE KEY"):
        assert secret not in published


@pytest.mark.long
def test_what_a_run_by_hand_is_told_is_a_variable_of_the_project(team: GitLabTeam) -> None:
    """Nobody sets variables of a pipeline; one that was forgotten stops no merge."""
    first_run(team)
    told = ProjectVariable("RECONCILE_ACKNOWLEDGE", "nothing", "reconcile-preview-shop", protected=True)
    team.runner.variables.append(told)
    merged = team.main()
    assert merged.states == {"preview shop": "success", "apply shop": "manual"}, merged.log
    by_hand = team.main("web")
    assert by_hand.states["preview shop"] == "failed"
    assert "'nothing' is no run's name" in by_hand.log


@pytest.mark.long
def test_what_the_clock_asks_for_is_applied_and_the_rest_becomes_an_issue(
    team: GitLabTeam, shop: Shop, fake_gitlab: FakeGitLab
) -> None:
    """A window that starts was approved at merge; what somebody changed outside is for people to judge."""
    later = "{value: vip, starts: 2026-12-01, expires: 2026-12-24}"
    other = declared("trade", email=TOM).removeprefix("contacts:\n")
    first_run(team)
    number = team.propose({FILE: declared("ipswich", later) + other})
    team.plan(number)
    team.approve(number)
    team.merge(number)
    team.runner.play(team.main(), "apply shop")
    assert (shop.tags(GRACE), shop.tags(TOM)) == (["ipswich"], ["trade"])

    team.tag_outside(TOM, "stranger")
    fake_gitlab.wait(days=8)
    clock = team.main("schedule", "reconcile clock")
    assert clock.states == {"clock shop": "success"}, clock.log
    assert sorted(shop.tags(GRACE)) == ["ipswich", "vip"]
    assert shop.tags(TOM) == ["stranger"]
    drift = team.main("schedule", "reconcile drift")
    assert drift.states == {"drift shop": "success"}, drift.log
    (issue,) = fake_gitlab.issues.rows
    assert "changed outside" in issue["description"]
    assert TOM not in issue["description"]
    team.tag_outside(TOM, "trade")
    team.main("schedule", "reconcile drift")
    assert [row["state"] for row in fake_gitlab.issues.rows] == ["closed"]
