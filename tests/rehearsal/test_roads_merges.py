"""Merges that come close together, by the workflow files: none of them needs a new plan."""

import pytest

from tests.support.forge.github_actions.team import Team, TeamPullRequest
from tests.support.forge.team import FILE, GRACE, TOM, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)

OTHER = "contacts/tom.yaml"

ELIN = "elin.sorensen@example.org"


def planned(team: Team, branch: str, files: dict[str, str | None]) -> TeamPullRequest:
    """A pull request that was planned and approved."""
    pull = team.propose(files, branch=branch)
    assert team.plan(pull).ended("Planned") == "success"
    team.approve(pull)
    return pull


def two(team: Team) -> tuple[TeamPullRequest, TeamPullRequest]:
    """The first run by hand, and two pull requests off the same main."""
    assert team.by_hand().result == "success"
    first = planned(team, "one", {FILE: declared("ipswich")})
    return first, planned(team, "two", {OTHER: declared("vip", email=TOM)})


def test_two_merges_of_which_the_first_has_no_run(team: Team, shop: Shop) -> None:
    """Squashed and rebased, a run for the second alone, as where pushes come at once: it applies both."""
    first, second = two(team)
    team.merge(first, "squash")
    run = team.let_through(team.apply(team.merge(second, "rebase")))
    assert (run.result, shop.tags(GRACE), shop.tags(TOM)) == ("success", ["ipswich"], ["vip"]), run.logs
    for pull in (first, second):
        assert "### Applied" in team.comments(pull.number)[1]


@pytest.mark.long
def test_three_merges_of_which_one_is_refused_and_one_is_rebased(team: Team, shop: Shop) -> None:
    """The first nobody has reviewed; its run comes late, when it is the tip no more, and passes."""
    assert team.by_hand().result == "success"
    first = team.propose({FILE: declared("ipswich")}, branch="one")
    team.plan(first)
    begun = team.propose({OTHER: declared("vip", email=TOM)}, branch="two")
    second = team.push(begun, {"contacts/more.yaml": declared("gold", email=ELIN)}, anew=False)
    assert team.plan(second).ended("Planned") == "success"
    team.approve(second)
    third = planned(team, "three", {"README.md": "Words.\n"})
    unreviewed = team.apply(team.merge(first, "squash"))
    assert unreviewed.result == "failure"
    late = team.merge(second, "rebase")
    run = team.apply(team.merge(third))
    assert (run.result, shop.tags(TOM)) == ("failure", []), run.logs
    assert f"#{first.number}" in run.logs
    passed = team.apply(late)
    assert (passed.result, passed.waiting, shop.tags(TOM)) == ("success", [], []), passed.logs

    team.approve(first)
    team.runner.again(run, failed=True)
    team.let_through(run)
    assert (run.result, shop.tags(GRACE), shop.tags(TOM)) == ("success", ["ipswich"], ["vip"]), run.logs
    assert shop.tags(ELIN) == ["gold"]
    for pull in (first, second, third):
        assert "### Applied" in team.comments(pull.number)[-1]
