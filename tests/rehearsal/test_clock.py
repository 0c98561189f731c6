"""What the clock asks for, hourly, and what was changed by other hands, daily, by the workflow files."""

from datetime import UTC, datetime

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_actions.team import Team
from tests.support.forge.team import FILE, GRACE, TOM, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)  # each step is a process of its own

LATER = "{value: vip, starts: 2026-12-01, expires: 2026-12-24}"


def test_a_window_that_starts_was_approved_at_the_merge(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """The hourly run applies it and compares nothing; what somebody changed outside people judge."""
    trade = declared("trade", email=TOM).removeprefix("contacts:\n")
    team.write(FILE, declared("ipswich", LATER) + trade)
    team.commit("Declare", "main")
    team.let_through(team.by_hand())
    assert shop.tags(GRACE) == ["ipswich"]

    team.tag_outside(TOM, "stranger")
    fake_github.now = datetime(2026, 12, 1, 6, tzinfo=UTC)
    hourly = team.tick()
    assert (hourly.ended("Clock (shop)"), hourly.result) == ("success", "success"), hourly.logs
    assert hourly.jobs["drift / Compare (${{ matrix.target }})"] == "skipped"
    assert sorted(shop.tags(GRACE)) == ["ipswich", "vip"]
    assert (shop.tags(TOM), fake_github.issues) == (["stranger"], [])

    daily = team.drift()
    assert daily.result == "success", daily.logs
    (issue,) = fake_github.issues
    assert "changed outside" in issue["body"]
    assert TOM not in issue["body"]
    team.tag_outside(TOM, "trade")
    team.drift()
    assert [row["state"] for row in fake_github.issues] == ["closed"]


def test_an_hourly_run_that_fails_is_said_in_the_issue(team: Team, fake_github: FakeGitHub) -> None:
    """GitHub tells only who wrote the schedule; the issue tells everybody who watches."""
    team.let_through(team.by_hand())
    team.runner.environments["reconcile-clock-shop"].secrets["EVANCE_PRIVATE_KEY"] = "another"
    assert team.tick().ended("Clock (shop)") == "failure"
    (issue,) = fake_github.issues
    assert "/actions/runs/" in issue["body"]
