"""A pull request by the workflow files: validated, planned, commented, reviewed."""

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_actions.team import FILE, GRACE, Team, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)  # each step is a process of its own


def test_it_is_planned_with_main_s_rules_and_stands_in_one_comment(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Masked, without a digest; the plan is kept for the merge, and nothing is written."""
    pull = team.propose({FILE: declared("ipswich")})
    run = team.plan(pull)
    assert run.ended("Plan (shop)") == run.ended("Planned") == "success", run.logs
    (comment,) = team.comments(pull.number)
    assert "ipswich" in comment, comment
    assert "ipswich" in run.summary
    assert GRACE not in f"{comment}{run.summary}{run.logs}"
    names = [row["name"] for row in fake_github.artifacts]
    assert names == ["reconcile-section-shop", "reconcile-page-shop", "reconcile-plan-shop-1"]
    assert shop.tags(GRACE) == []
