"""After a loss: what refuses names the way out, and the workflow files go it."""

import re

import pytest
import requests

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_actions.team import Team
from tests.support.forge.team import FILE, GRACE
from tests.support.shop import Shop

pytestmark = [pytest.mark.timeout(400), pytest.mark.long]

TAGS_ALONE = f"contacts:\n  - email: {GRACE}\n    tags: [gold]\n"


def test_a_loss_is_accepted_by_the_run_by_hand(team: Team, shop: Shop, fake_github: FakeGitHub) -> None:
    """All else is refused, the clock too, until reviewers have let it through; its journal is kept."""
    team.write(FILE, TAGS_ALONE)
    team.commit("Declare", "main")
    run = team.by_hand()
    url = f"{shop.access.url}/_sandbox/switches"
    requests.put(url, json={"switches": {"unnamed_sets": "drop-roles"}}, timeout=10).raise_for_status()
    team.let_through(run)
    requests.put(url, json={"switches": {"unnamed_sets": "keep"}}, timeout=10).raise_for_status()
    assert run.ended("Apply (shop)") == "failure"
    named = re.search(r"whose 'acknowledge' is (\S+) \(GitLab", run.log("Apply (shop)"))
    assert named, run.logs
    assert "reconcile apply --acknowledge" not in run.logs

    refused = team.by_hand()
    assert (refused.ended("Preview (shop)"), named[1] in refused.logs) == ("failure", True), refused.logs
    assert team.tick().ended("Clock (shop)") == "failure"

    odd = team.by_hand(acknowledge='"; touch /tmp/x; "')
    assert (odd.ended("Preview (shop)"), "is no run's name" in odd.logs) == ("failure", True), odd.logs

    accepting = team.by_hand(acknowledge=named[1])
    assert accepting.waiting == ["reconcile-approve-shop"], accepting.logs
    assert f"contact {shop.id(GRACE)} lost role customer" in accepting.summary
    assert "reconcile-journal-shop-1" not in _kept(fake_github, accepting.id)
    team.let_through(accepting)
    assert accepting.ended("Apply (shop)") == "success", accepting.logs
    assert "### Accepted" in accepting.summary
    assert "reconcile-journal-shop-1" in _kept(fake_github, accepting.id)

    assert team.tick().ended("Clock (shop)") == "success"
    after = team.by_hand()
    assert after.result == "success", after.logs
    assert "customer" not in shop.roles(GRACE)


def _kept(fake_github: FakeGitHub, run: int) -> list[str]:
    return [row["name"] for row in fake_github.artifacts if row["run"] == run]
