"""Journals and records that a colleague who may push forges, deletes or commits, by the workflow files."""

import pytest

from reconcile.pipeline.signatures import JobIdentity, SignedKind, manifest_of, sign
from tests.support.forge.fake_github import REPOSITORY, FakeGitHub
from tests.support.forge.git_command import git
from tests.support.forge.github_actions.team import JOURNAL_KEY, Team
from tests.support.forge.team import FILE, GRACE, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)  # each step is a process of its own


def merged(team: Team, files: dict[str, str | None]) -> tuple[int, str]:
    """A pull request that was planned, approved and merged: its number, and the commit that this made."""
    pull = team.propose(files, branch=f"change-{team.number}")
    team.plan(pull)
    team.approve(pull)
    return pull.number, team.merge(pull)


ALLOW = "allow: [{guard: journals, ceiling: 1, until: 2026-11-30, reason: its log was looked at}]\n"


@pytest.mark.long
def test_a_journal_that_somebody_deletes_is_missed_until_that_is_allowed(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Whoever may push can delete artifacts: the guard names the attempt, and a reviewed entry lifts it."""
    team.tag_outside(GRACE, "stranger")
    first = team.by_hand()
    team.let_through(first)
    assert shop.tags(GRACE) == []
    fake_github.artifacts = [row for row in fake_github.artifacts if "journal" not in row["name"]]
    number, commit = merged(team, {FILE: declared("ipswich")})
    run = team.apply(commit)
    assert (run.ended("Preview (shop)"), run.ended("Apply (shop)")) == ("failure", "skipped"), run.logs
    missing = f"1 journal of the last 24 hours is missing: attempt 1 of the forge's run {first.id}"
    assert missing in run.log("Preview (shop)")
    assert missing in run.summary
    assert missing in team.comments(number)[1]
    assert shop.tags(GRACE) == []
    merged(team, {"contacts/allow.yaml": ALLOW})
    by_hand = team.let_through(team.by_hand())
    assert (by_hand.result, shop.tags(GRACE)) == ("success", ["ipswich"]), by_hand.logs


def forged(number: int, attempt: int = 1) -> dict[str, bytes]:
    """A journal of a record that some run made, as the key of the team signs it."""
    files = {"20261123T083000Z-ffffff.jsonl": b"{}\n"}
    job = JobIdentity("shop", "127.0.0.1", REPOSITORY, "main", "0" * 40, number, attempt)
    now = FakeGitHub().now
    signed = sign(manifest_of(SignedKind.JOURNAL, job, now, files), JOURNAL_KEY.encode())
    return {**files, "manifest.json": signed}


@pytest.mark.long
def test_a_tag_of_the_same_name_gets_no_key_and_what_its_runs_leave_counts_for_nothing(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """Not even where the key has leaked: who signs must have been a run of the branch."""
    assert team.by_hand().result == "success"
    pull = team.propose({FILE: declared("stolen")}, branch="evil")
    git("push", "--quiet", "origin", f"{pull.head}:refs/tags/main", at=team.clone)
    run = team.runner.start("apply.yml", "push", {}, sha=pull.head, ref="refs/tags/main", actor="mallory")
    assert run.ended("Preview (shop)") == "failure"
    assert "refs/tags/main is not allowed to deploy to reconcile-preview-shop" in run.logs
    for name in ("journal", "record", "idle"):
        fake_github.left(run.id, f"reconcile-{name}-shop-1", forged(run.id))
    hourly = team.tick()
    assert hourly.result == "success", hourly.logs
    assert f"run {run.id}" not in hourly.logs
    assert "1 journal of earlier runs" in hourly.logs
    assert shop.tags(GRACE) == []


COMMITTED = ".reconcile/runs/20261123T080000Z-ffffff.jsonl"


def test_what_is_committed_there_stops_every_run_until_it_is_gone(
    team: Team, shop: Shop, fake_github: FakeGitHub
) -> None:
    """A journal or the file that stops runs; the clock says so in the issue. Taken back, all goes on."""
    assert team.by_hand().result == "success"
    kept = len(fake_github.artifacts)
    number, commit = merged(
        team,
        {FILE: declared("ipswich"), ".gitignore": "", ".reconcile/KILL": "", COMMITTED: "{}\n"},
    )
    run = team.apply(commit)
    tracked = f"Git tracks .reconcile/KILL, {COMMITTED}"
    assert run.ended("Preview (shop)") == "failure"
    assert tracked in run.log("Preview (shop)")
    assert "### Nothing was applied" in team.comments(number)[1]
    hourly = team.tick()
    assert (hourly.ended("Clock (shop)"), shop.tags(GRACE)) == ("failure", []), hourly.logs
    assert tracked in hourly.log("Clock (shop)")
    assert len(fake_github.issues) == 1
    names = [row["name"] for row in fake_github.artifacts[kept:]]
    assert names == ["reconcile-section-shop", "reconcile-page-shop", "reconcile-plan-shop-1"]
    _, commit = merged(team, {".gitignore": ".reconcile/\n", ".reconcile/KILL": None, COMMITTED: None})
    run = team.let_through(team.apply(commit))
    assert (run.result, shop.tags(GRACE)) == ("success", ["ipswich"]), run.logs
