"""What happens every day, by the workflow files: nothing to do, a wrong merge, an accident, other hands."""

import pytest
import requests

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.git_command import git
from tests.support.forge.github_actions.team import Team
from tests.support.forge.team import FILE, GRACE, TOM, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)

OTHER = "contacts/tom.yaml"


def merged(team: Team, files: dict[str, str | None], *, reviewed: bool = True) -> tuple[int, str]:
    """A pull request that was planned, approved and merged: its number, and the commit that this made."""
    pull = team.propose(files, branch=f"change-{team.number}")
    team.plan(pull)
    if reviewed:
        team.approve(pull)
    return pull.number, team.merge(pull)


def recorded(fake_github: FakeGitHub) -> list[int]:
    """The runs that left a record."""
    return [row["run"] for row in fake_github.artifacts if "record" in row["name"]]


@pytest.mark.long
def test_what_changes_nothing_asks_nobody(team: Team, shop: Shop, fake_github: FakeGitHub) -> None:
    """Words, a bot's merge that nobody planned, what the shop has already; each makes a record."""
    assert team.by_hand().result == "success"
    number, commit = merged(team, {"README.md": "Words.\n"}, reviewed=False)
    empty = team.apply(commit)
    assert (empty.result, empty.ended("Let it through (shop)")) == ("success", "skipped"), empty.logs
    assert recorded(fake_github)[-1] == empty.id
    assert "### Nothing was left to apply" in team.comments(number)[-1]

    bot = team.propose({"requirements.txt": "x==2\n"}, branch="bot", author="dependabot[bot]")
    team.plan(bot)
    team.tag_outside(GRACE, "ipswich")
    by_bot = team.apply(team.merge(bot))
    assert (by_bot.result, by_bot.waiting, shop.tags(GRACE)) == ("success", [], ["ipswich"]), by_bot.logs
    _, commit = merged(team, {FILE: declared("ipswich")})
    run = team.apply(commit)
    assert (run.result, run.waiting) == ("success", []), run.logs
    assert recorded(fake_github)[-2:] == [by_bot.id, run.id]


@pytest.mark.long
def test_started_again_the_run_finishes_what_was_cut_off(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """The shop answers no more after the first contact; the same run, started again, writes the rest."""
    assert team.by_hand().result == "success"
    trade = declared("trade", email=TOM)
    number, commit = merged(team, {FILE: declared("ipswich"), OTHER: trade})
    run = team.apply(commit)
    upset(shop, f"status:code=503,path=/api/contacts/{shop.id(TOM)}*,method=POST")
    team.let_through(run)
    assert (run.ended("Apply (shop)"), shop.tags(GRACE), shop.tags(TOM)) == ("failure", ["ipswich"], [])
    upset(shop)
    team.runner.again(run, failed=True)
    assert run.waiting == [], run.logs  # the job before it went well, and what it showed still holds
    assert (run.result, shop.tags(GRACE), shop.tags(TOM)) == ("success", ["ipswich"], ["trade"]), run.logs
    assert "### Applied" in team.comments(number)[-1]
    assert team.drift().result == "success"
    assert fake_github.issues == []


def upset(shop: Shop, *faults: str) -> None:
    """Let the shop fail so, and in no other way."""
    url = f"{shop.access.url}/_sandbox/faults"
    requests.put(url, json={"faults": list(faults)}, timeout=10).raise_for_status()


@pytest.mark.long
def test_a_wrong_merge_is_taken_back_by_what_the_comment_prints(team: Team, shop: Shop) -> None:
    """Reverting the commit takes nothing away by itself; the entries to paste do."""
    assert team.by_hand().result == "success"
    number, commit = merged(team, {OTHER: declared("vip", email=TOM)})
    run = team.let_through(team.apply(commit))
    assert shop.tags(TOM) == ["vip"], run.logs
    back = team.propose({OTHER: None}, branch="revert")
    team.plan(back)
    (comment,) = team.comments(back.number)
    pasted = comment.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert "state: absent" in pasted
    back = team.push(back, {OTHER: pasted})
    assert team.plan(back).ended("Planned") == "success"
    team.approve(back)
    run = team.let_through(team.apply(team.merge(back)))
    assert (run.result, shop.tags(TOM)) == ("success", []), run.logs
    assert number < back.number


@pytest.mark.long
def test_drift_is_overwritten_by_hand(team: Team, shop: Shop, fake_github: FakeGitHub) -> None:
    """The issue tells of it, the run by hand shows it and writes it, and the issue closes."""
    assert team.by_hand().result == "success"
    team.tag_outside(GRACE, "stranger")
    assert team.tick().result == team.drift().result == "success"
    (issue,) = fake_github.issues
    assert "stranger" in issue["body"]
    run = team.by_hand()
    assert "stranger" in run.summary
    team.let_through(run)
    assert (run.result, shop.tags(GRACE)) == ("success", []), run.logs
    team.drift()
    assert issue["state"] == "closed"


@pytest.mark.long
def test_a_refused_merge_stops_neither_windows_nor_the_merges_after_its_revert(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Nobody has reviewed it; its change reverted, the next merge goes out without another word."""
    team.write(OTHER, declared("{value: vip, starts: 2026-11-24}", email=TOM))
    team.commit("Declare", "main")
    assert team.let_through(team.by_hand()).result == "success"
    number, commit = merged(team, {FILE: declared("wrong")}, reviewed=False)
    assert team.apply(commit).result == "failure"
    assert "### Refused" in team.comments(number)[-1]
    fake_github.wait(days=1)
    assert team.tick().result == "success"
    assert shop.tags(TOM) == ["vip"]
    _, commit = merged(team, {FILE: declared()})
    assert team.apply(commit).result == "success"
    _, commit = merged(team, {FILE: declared("ipswich")})
    run = team.let_through(team.apply(commit))
    assert (run.result, shop.tags(GRACE)) == ("success", ["ipswich"]), run.logs


@pytest.mark.long
def test_a_refused_merge_goes_out_by_hand_and_says_so(team: Team, shop: Shop) -> None:
    """Under its pull request stands what became of it, and the next merge goes out."""
    assert team.by_hand().result == "success"
    number, commit = merged(team, {FILE: declared("ipswich")}, reviewed=False)
    assert team.apply(commit).result == "failure"
    by_hand = team.let_through(team.by_hand())
    assert (by_hand.result, shop.tags(GRACE)) == ("success", ["ipswich"]), by_hand.logs
    assert "### Applied" in team.comments(number)[-1]
    _, commit = merged(team, {OTHER: declared("vip", email=TOM)})
    run = team.let_through(team.apply(commit))
    assert (run.result, shop.tags(TOM)) == ("success", ["vip"]), run.logs


@pytest.mark.long
def test_a_merge_queue_plans_nothing_and_its_push_applies(team: Team, shop: Shop) -> None:
    """The group's run validates and passes; the pull request got in there by its plan and its review."""
    assert team.by_hand().result == "success"
    pull = team.propose({FILE: declared("ipswich")})
    assert team.plan(pull).ended("Reviewed") == "failure"
    team.approve(pull)
    assert team.review(pull).ended("Reviewed") == "success"
    queue = f"refs/heads/gh-readonly-queue/main/pr-{pull.number}-{pull.base}"
    git("push", "--quiet", "origin", f"{pull.merge}:{queue}", at=team.clone)
    place = {"sha": pull.merge, "ref": queue, "head_branch": queue.removeprefix("refs/heads/")}
    group = team.runner.start("plan.yml", "merge_group", {"action": "checks_requested"}, **place)
    assert (group.result, group.ended("Validate"), group.ended("Planned")) == ("success",) * 3, group.logs
    assert group.ended("Reviewed") == "skipped"
    run = team.let_through(team.apply(team.merge(pull)))
    assert (run.result, shop.tags(GRACE)) == ("success", ["ipswich"]), run.logs
