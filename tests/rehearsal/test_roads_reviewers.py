"""Reviewers who take their time, by the workflow files: what they saw still goes out, the clock goes on."""

from datetime import UTC, datetime

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_actions.team import Team
from tests.support.forge.team import FILE, GRACE, TOM, declared
from tests.support.shop import Shop

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]

OTHER = "contacts/tom.yaml"

SALE = "{value: sale, starts: 2026-11-24, expires: 2026-11-26}"
"""A window that opens and ends while the reviewers look."""


def november(day: int, hour: int = 9) -> datetime:
    """An instant of the month in which the runs begin."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_an_answer_after_three_days_counts_while_windows_open_and_end(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Windows of entries that it leaves alone open and end hourly; those of its own when it goes through."""
    team.write(OTHER, declared(SALE, email=TOM))
    team.write(FILE, declared(SALE))
    team.commit("Declare", "main")
    assert team.let_through(team.by_hand()).result == "success"
    pull = team.propose({FILE: declared(SALE, "ipswich", SALE.replace("sale", "new"), LONG)})
    team.plan(pull)
    team.approve(pull)
    run = team.apply(team.merge(pull))
    assert run.waiting == ["reconcile-approve-shop"], run.logs

    fake_github.now = november(24, 10)
    hourly = team.tick()
    assert (hourly.result, shop.tags(TOM), shop.tags(GRACE)) == ("success", ["sale"], []), hourly.logs
    assert team.drift().result == "success"
    (issue,) = fake_github.issues
    assert "has waited for its reviewers for 24 hours" in issue["body"]
    fake_github.now = november(27)
    assert team.tick().result == "success"
    assert (shop.tags(TOM), shop.tags(GRACE)) == ([], [])
    team.let_through(run)
    assert (run.result, sorted(shop.tags(GRACE))) == ("success", ["ipswich", "long"]), run.logs
    assert "### Applied" in team.comments(pull.number)[1]
    fake_github.wait(days=4)
    assert team.tick().result == "success"
    assert shop.tags(GRACE) == ["ipswich"]
    assert team.drift().result == "success"
    assert issue["state"] == "closed"


LONG = "{value: long, starts: 2026-11-25, expires: 2026-11-30}"


def test_a_merge_that_lands_meanwhile_takes_the_waiting_one_along(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Its run shows both; the older run writes nothing, even when somebody lets it through at last."""
    assert team.by_hand().result == "success"
    first = team.propose({FILE: declared("ipswich")}, branch="one")
    second = team.propose({OTHER: declared("vip", email=TOM)}, branch="two")
    for pull in (first, second):
        team.plan(pull)
        team.approve(pull)
    waiting = team.apply(team.merge(first))
    fake_github.wait(days=2)
    assert team.tick().result == "success"
    later = team.apply(team.merge(second))
    fake_github.wait(days=1)
    assert team.tick().result == "success"
    assert "ipswich" in later.summary
    team.let_through(waiting)
    assert (waiting.result, shop.tags(GRACE)) == ("success", []), waiting.logs
    assert "the tip" in waiting.log("Apply (shop)")
    team.let_through(later)
    assert (later.result, shop.tags(GRACE), shop.tags(TOM)) == ("success", ["ipswich"], ["vip"]), later.logs
    for pull in (first, second):
        assert "### Applied" in team.comments(pull.number)[1]
        assert len(team.comments(pull.number)) == 2
