"""Several accounts by the workflow files: a job each, and one that fails stops no other."""

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_actions.team import Team
from tests.support.forge.team import FILE, GRACE, declared

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


def test_one_account_that_fails_stops_no_other(chain_of_shops: Team, fake_github: FakeGitHub) -> None:
    """One comment with a section each, reviewers each, one queue of writers each."""
    team = chain_of_shops
    assert team.by_hand().result == "success"
    pull = team.propose({FILE: declared("ipswich")})
    assert team.plan(pull).ended("Planned") == "success"
    (comment,) = team.comments(pull.number)
    assert [name for name in ("hull", "leeds", "york") if name in comment] == ["hull", "leeds", "york"]
    assert comment.count("ipswich") >= 3
    team.approve(pull)
    commit = team.merge(pull)

    broken = team.runner.environments["reconcile-preview-york"].secrets
    whole = dict(broken)
    broken["EVANCE_PRIVATE_KEY"] = "expired"
    run = team.apply(commit)
    assert run.waiting == ["reconcile-approve-leeds", "reconcile-approve-hull"]
    assert run.ended("Preview (york)") == "failure"
    team.runner.approve(run, "reconcile-approve-hull")
    tags = {name: shop.tags(GRACE) for name, shop in team.shops.items()}
    assert tags == {"leeds": [], "york": [], "hull": ["ipswich"]}  # while leeds still waits

    team.runner.approve(run, "reconcile-approve-leeds")
    assert run.result == "failure"
    broken |= whole
    team.runner.again(run, failed=True)
    assert run.waiting == ["reconcile-approve-york"]
    team.let_through(run)
    assert [shop.tags(GRACE) for shop in team.shops.values()] == [["ipswich"]] * 3
    groups = {row.group: row.waiting for row in team.runner.concurrency}
    assert set(groups) == {f"reconcile-write-{name}" for name in tags}
    assert groups["reconcile-write-hull"] == ("reconcile-approve-leeds",)  # who waits holds no queue
    kept = {row["name"] for row in fake_github.artifacts if row["run"] == run.id}
    assert {f"reconcile-record-{name}-{2 if name == 'york' else 1}" for name in tags} <= kept
    assert team.drift().result == "success"
    assert fake_github.issues == []
