"""Configuration that a pull request brings or changes, by the workflow files: shown, applied by hand."""

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_actions.team import Team
from tests.support.forge.team import FILE, GRACE, TOM, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)

ADDITIVE = "manage: {tags: additive}\n"


@pytest.mark.long
def test_a_changed_mode_is_shown_whole_and_carried_out_by_hand(team: Team, shop: Shop) -> None:
    """Merging it applies nothing of it, and stops no later merge; the run by hand shows it and does it."""
    team.write("reconcile.yaml", team.settings() + ADDITIVE)
    team.write(FILE, declared("ipswich"))
    team.commit("Declare", "main")
    team.tag_outside(GRACE, "ipswich", "stranger")
    assert team.by_hand().result == "success"

    strict = team.propose({"reconcile.yaml": team.settings() + ADDITIVE.replace("additive", "authoritative")})
    assert team.plan(strict).ended("Planned") == "success"
    (comment,) = team.comments(strict.number)
    assert "stranger" in comment
    assert "by hand" in comment
    team.approve(strict)
    run = team.apply(team.merge(strict))
    assert (run.result, run.waiting) == ("success", []), run.logs
    assert sorted(shop.tags(GRACE)) == ["ipswich", "stranger"]

    pull = team.propose({"contacts/tom.yaml": declared("vip", email=TOM)}, branch="tom")
    team.plan(pull)
    team.approve(pull)
    run = team.let_through(team.apply(team.merge(pull)))
    assert (run.result, shop.tags(TOM)) == ("success", ["vip"]), run.logs
    assert sorted(shop.tags(GRACE)) == ["ipswich", "stranger"]
    by_hand = team.by_hand()
    assert "stranger" in by_hand.summary
    team.let_through(by_hand)
    assert (by_hand.result, shop.tags(GRACE)) == ("success", ["ipswich"]), by_hand.logs


@pytest.mark.long
def test_a_changed_zone_moves_windows_by_hand_alone(team: Team, shop: Shop, fake_github: FakeGitHub) -> None:
    """Nothing opens in another zone that no run has carried out, and the issue or the log says what waits."""
    team.write(FILE, declared("{value: vip, starts: 2026-11-25}"))
    team.commit("Declare", "main")
    assert team.let_through(team.by_hand()).result == "success"
    east = team.settings().replace("Europe/London", "Asia/Tokyo")
    pull = team.propose({"reconcile.yaml": east})
    assert team.plan(pull).ended("Planned") == "success"
    (comment,) = team.comments(pull.number)
    assert "by hand" in comment
    assert "2026-11-24" in comment or "2026-11-25" in comment
    team.approve(pull)
    run = team.apply(team.merge(pull))
    assert (run.result, run.waiting) == ("success", []), run.logs
    by_hand = team.let_through(team.by_hand())
    assert by_hand.result == "success", by_hand.logs
    fake_github.wait(hours=31)
    hourly = team.tick()
    assert (hourly.result, shop.tags(GRACE)) == ("success", ["vip"]), hourly.logs


@pytest.mark.long
def test_the_very_first_configuration(team: Team, shop: Shop) -> None:
    """There is nothing to plan it with; the pull request can be merged, and the run by hand begins."""
    settings = team.settings()
    for path in ("reconcile.yaml", FILE):
        (team.clone / path).unlink()
    team.commit("Before it", "main")
    pull = team.propose({"reconcile.yaml": settings, FILE: declared("ipswich")})
    run = team.plan(pull)
    assert (run.ended("Validate"), run.ended("Planned")) == ("success", "success"), run.logs
    assert "the run by hand" in run.logs
    team.approve(pull)
    reviewed = team.review(pull)
    assert reviewed.ended("Reviewed") == "success", reviewed.logs
    merged = team.apply(team.merge(pull))
    assert (merged.ended("Preview (shop)"), merged.waiting, shop.tags(GRACE)) == ("failure", [], []), (
        merged.logs
    )
    (told,) = team.comments(pull.number)
    assert "no complete run is known yet" in told
    by_hand = team.let_through(team.by_hand())
    assert (by_hand.result, shop.tags(GRACE)) == ("success", ["ipswich"]), by_hand.logs
    (told,) = team.comments(pull.number)
    assert "### Applied" in told
