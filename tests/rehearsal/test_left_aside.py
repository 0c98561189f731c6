"""What a run has left: cut off while it wrote, set aside, or declared no longer; by the workflow files."""

import re

import pytest
import requests

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_actions.roads import approved, begin
from tests.support.forge.github_actions.team import Team
from tests.support.forge.team import FILE, GRACE, TOM, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)

TOMS_FILE = "contacts/tom.yaml"

TOMS = declared("trade", email=TOM)
BOTH = declared("ipswich") + TOMS.removeprefix("contacts:\n")
MORE = {"contacts/george.yaml": declared("vip", email="george.ashdown@example.com")}


def break_down(shop: Shop, *faults: str) -> None:
    """The server of a shop goes wrong in this way from now on; without faults it is well again."""
    url = f"{shop.access.url}/_sandbox/faults"
    requests.put(url, json={"faults": list(faults)}, timeout=10).raise_for_status()


@pytest.mark.long
@pytest.mark.parametrize("failed", [True, False])
def test_a_server_that_goes_down_in_the_middle(
    team: Team, shop: Shop, fake_github: FakeGitHub, *, failed: bool
) -> None:
    """After the first of two contacts. Started again, in part or as a whole, it writes only the other."""
    begin(team)
    pull = approved(team, {FILE: BOTH})
    run = team.apply(team.merge(pull))
    break_down(shop, f"status:code=503,method=POST,path=/api/contacts/{shop.id(TOM)}*")
    team.let_through(run)
    assert (run.ended("Apply (shop)"), shop.tags(GRACE), shop.tags(TOM)) == ("failure", ["ipswich"], [])
    assert f"- contact `{shop.id(TOM)}`: not confirmed" in team.comments(pull.number)[-1]
    break_down(shop)
    fake_github.wait(minutes=5)
    team.runner.again(run, failed=failed)
    team.let_through(run)
    assert (run.result, shop.tags(TOM)) == ("success", ["trade"]), run.logs
    assert "### Applied to" in team.comments(pull.number)[-1]


@pytest.mark.long
def test_a_contact_that_was_set_aside_stops_no_later_merge(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """It could not be read for a while. Nobody looks at it in the next merge; what failed, started again,
    would have finished it, and so does the run by hand."""
    begin(team)
    pull, later = approved(team, {FILE: BOTH}, "one"), approved(team, MORE, "two")
    run = team.apply(team.merge(pull))
    break_down(shop, f"status:code=403,path=/api/*contacts/{shop.id(TOM)}*")
    team.let_through(run)
    assert (run.ended("Apply (shop)"), shop.tags(GRACE), shop.tags(TOM)) == ("failure", ["ipswich"], [])
    assert "the run by hand does in any case" in team.comments(pull.number)[-1]
    break_down(shop)
    fake_github.wait(minutes=5)
    team.runner.again(run)
    assert (run.result, run.waiting) == ("success", []), run.logs
    assert "Left as they are: contact 9" in run.log("Preview (shop)")
    run = team.apply(team.merge(later))
    assert run.waiting == ["reconcile-approve-shop"], run.logs
    team.let_through(run)
    assert (run.result, shop.tags(TOM)) == ("success", []), run.logs
    told = team.comments(later.number)[-1]
    assert ("### Applied to" in told, "Left as they are: contact 9" in told) == (True, True)
    team.let_through(team.by_hand())
    assert shop.tags(TOM) == ["trade"]


@pytest.mark.long
def test_what_a_reverted_commit_leaves_is_said(team: Team, shop: Shop) -> None:
    """It takes nothing away; the result says so, and the comment on the plan has what to paste."""
    begin(team)
    wrong = approved(team, {TOMS_FILE: TOMS}, "wrong")
    team.let_through(team.apply(team.merge(wrong, "squash")))
    assert shop.tags(TOM) == ["trade"]
    revert = approved(team, {TOMS_FILE: None}, "revert")
    entry = re.search(r"contacts:\n  - id: \d+\n    state: absent", team.comments(revert.number)[0])
    assert entry
    run = team.apply(team.merge(revert))
    assert (run.result, run.waiting, shop.tags(TOM)) == ("success", [], ["trade"]), run.logs
    told = "Declared no longer, and left with what was given: contact 9"
    assert told in team.comments(revert.number)[-1]
    paste = approved(team, {TOMS_FILE: entry.group() + "\n"}, "paste")
    run = team.let_through(team.apply(team.merge(paste)))
    assert (run.result, shop.tags(TOM), "customer" in shop.roles(TOM)) == ("success", [], False), run.logs
