"""A merge that takes a protection away for another one, or leads elsewhere, by the workflow files."""

import pytest

from tests.support.forge.github_actions.team import Team
from tests.support.forge.team import FILE, GRACE, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)  # each step is a process of its own

FREEZE = "apply: {freeze: [{starts: 2026-11-20, expires: 2026-11-30, reason: the sale}]}\n"


def test_rules_that_nobody_approved_apply_nothing(team: Team, shop: Shop) -> None:
    """Two pull requests of one person, merged together: a red plan, and rules by which it would be green."""
    loose = team.settings()
    strict = loose.replace("contacts: [", f"contacts: [{GRACE}, ") + FREEZE
    team.write("reconcile.yaml", strict)
    team.commit("Protect", "main")
    assert team.by_hand().result == "success"
    gold = team.propose({FILE: declared("gold")}, branch="gold")
    planned = team.plan(gold)
    assert (planned.ended("Plan (shop)"), planned.ended("Planned")) == ("failure", "failure")
    team.approve(gold)
    rules = team.propose({"reconcile.yaml": loose}, branch="rules")
    team.plan(rules)
    team.merge(rules)
    run = team.apply(team.merge(gold))
    assert (run.ended("Preview (shop)"), run.ended("Apply (shop)")) == ("failure", "skipped"), run.logs
    reason = f"#{rules.number}: it changes the configuration, by which all that is merged is judged"
    assert reason in run.logs
    assert reason in run.summary
    assert reason in team.comments(gold.number)[-1]
    assert shop.tags(GRACE) == []
    team.approve(rules)
    team.runner.again(run, failed=True)
    assert (team.let_through(run).result, shop.tags(GRACE)) == ("success", ["gold"]), run.logs
