"""Plans that change after their approval, and approvals that are none: refused until one holds."""

import pytest

from tests.rehearsal.test_planted_plans import IPSWICH, begun, refused
from tests.support.forge.fake_github import BOT, FakeGitHub
from tests.support.forge.github_actions.team import Team
from tests.support.forge.team import FILE, GRACE, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)


def test_a_plan_that_changes_without_a_commit_is_not_the_approved_one(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Started again, closed and opened again, after somebody changed the account: it must be seen anew."""
    begun(team)
    pull = team.propose(IPSWICH)
    planned = team.plan(pull)
    team.approve(pull)
    assert team.review(pull).result == "success"
    team.tag_outside(GRACE, "vip", "stranger")
    fake_github.wait(minutes=1)
    team.runner.again(planned)
    assert (planned.ended("Planned"), planned.ended("Reviewed")) == ("success", "failure"), planned.logs
    assert "look at that plan, and approve once more" in planned.log("Reviewed")
    comment, changed = team.comments(pull.number)
    assert "stranger" in comment
    assert "### The plan has changed, and no commit has" in changed
    fake_github.wait(minutes=1)
    reopened = team.plan(pull, "reopened")
    assert reopened.ended("Reviewed") == "failure"

    run = team.apply(team.merge(pull))  # by somebody who may bypass the required check
    said = refused(team, run, pull)
    assert "remove tags stranger was not approved" in said
    for late in (f"run {planned.id} (attempt 2)", f"run {reopened.id}"):
        assert f"#{pull.number}: the plan of {late} is not approved: cat approved" in said
    assert "approve once more, and start this run again; or start the run by hand" in said
    assert sorted(shop.tags(GRACE)) == ["stranger", "vip"]

    team.approve(pull)
    team.runner.again(run, failed=True)
    team.let_through(run)
    assert (run.result, sorted(shop.tags(GRACE))) == ("success", ["ipswich", "vip"]), run.logs


@pytest.mark.long
def test_approvals_that_are_none(team: Team, shop: Shop, fake_github: FakeGitHub) -> None:
    """Of an older head, by the author, a reader, a bot; by one who has asked for changes since."""
    begun(team)
    pull = team.propose({FILE: declared("vip", "trade")})
    team.plan(pull)
    team.approve(pull, "cat")
    pull = team.push(pull, IPSWICH)
    planned = team.plan(pull)
    assert "nobody who may write, other than its author ben" in planned.log("Reviewed")
    for nobody in ("ben", "rea", BOT, "ann"):
        team.approve(pull, nobody)
    fake_github.wait(minutes=1)
    fake_github.reviewed(pull.number, "ann", "CHANGES_REQUESTED")
    assert team.review(pull).ended("Reviewed") == "failure"
    run = team.apply(team.merge(pull))
    said = refused(team, run, pull)
    assert "add tags ipswich was not approved" in said
    assert "nobody who may write, other than its author ben, has approved the head" in said
    assert f"the head {pull.head[:7]}: have somebody look at the plan of 2026-11-23" in said
    assert shop.tags(GRACE) == ["vip"]
    team.approve(pull, "ann")
    team.runner.again(run, failed=True)
    team.let_through(run)
    assert sorted(shop.tags(GRACE)) == ["ipswich", "vip"]


def test_nobody_approves_what_a_workflow_has_pushed_for_him(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """A branch's own workflow pushes to a colleague's branch as the bot: its author would be a second person.

    GitHub's rule of the last push does not see through that, and lets whoever may write start such a run.
    """
    begun(team)
    pull = team.push(team.propose({FILE: declared("vip", "trade")}, author="cat"), IPSWICH)
    planned = team.plan(pull, by=BOT)
    assert planned.ended("Planned") == "success"
    team.approve(pull, "ben")
    checked = team.review(pull)
    assert checked.ended("Reviewed") == "failure"
    reason = f"{BOT} has pushed the head {pull.head[:7]}, or had it planned"
    assert reason in checked.log("Reviewed")
    said = refused(team, team.apply(team.merge(pull)), pull)
    assert f"#{pull.number}: the plan of run {planned.id} is not approved: {reason}" in said
    assert "have a person push to its branch before it is merged" in said
    assert shop.tags(GRACE) == ["vip"]


UNREVIEWED = "ci: {require-review: false}\nguards: {granting: {roles: [press], contacts: 0}}\n"

LIFTED = f"""\
allow:
  - {{guard: granting, contacts: [{{email: {GRACE}}}], until: 2026-11-30, reason: New}}
{declared("vip").replace("[customer]", "[customer, press]")}"""


@pytest.mark.long
def test_a_lifted_guard_asks_for_a_review_where_nothing_else_does(team: Team, shop: Shop) -> None:
    """Where none is required, a merge without one is applied, but for one that lifts a guard."""
    team.write("reconcile.yaml", team.settings() + UNREVIEWED)
    begun(team)
    plain = team.propose(IPSWICH)
    assert team.plan(plain).result == "success"
    team.let_through(team.apply(team.merge(plain)))
    assert sorted(shop.tags(GRACE)) == ["ipswich", "vip"]

    pull = team.propose({FILE: LIFTED.replace("[vip]", "[vip, ipswich]")}, branch="press")
    assert team.plan(pull).ended("Reviewed") == "failure"
    run = team.apply(team.merge(pull))
    said = refused(team, run, pull)
    assert "is not approved, and an entry under 'allow' lifts a guard in it" in said
    team.approve(pull)
    team.runner.again(run, failed=True)
    team.let_through(run)
    assert run.result == "success", run.logs
    assert "press" in shop.roles(GRACE)
