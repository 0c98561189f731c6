"""``reconcile ci reviewed``: red until somebody else has seen the newest plan of each target."""

from pathlib import Path

import pytest

from tests.support.command_line import CommandResult
from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_job import GitHubJob
from tests.support.forge.main_runs import MainRuns, main_runs
from tests.support.pull_requests import CONFIG, FILE, GRACE, declared
from tests.support.shop import Shop


@pytest.fixture
def main(shop: Shop, fake_github: FakeGitHub, tmp_path: Path) -> MainRuns:
    return main_runs(shop, fake_github, tmp_path)


def reviewed(main: MainRuns, number: int, head: str) -> CommandResult:
    environment = GitHubJob(main.fake_github, main.folder).of_pull_request(number, head)
    arguments = ("--config", f"origin/{CONFIG}")
    return main.merged.project(**environment).run("ci", "reviewed", *arguments)


def test_a_review_counts_for_the_plan_that_was_there(main: MainRuns) -> None:
    """Not before it, not by its author, not for another plan of the same head."""
    number, head = main.pull_request({FILE: declared(grace="gold")}, review=False)
    done = reviewed(main, number, head)
    assert (done.code, "has approved the head" in done.err) == (3, True), done.said
    main.fake_github.wait(minutes=1)
    main.fake_github.reviewed(number, "ben")
    assert reviewed(main, number, head).code == 3
    main.fake_github.reviewed(number, "ann")
    done = reviewed(main, number, head)
    assert done.code == 0, done.said
    main.plan(number, head)
    done = reviewed(main, number, head)
    assert (done.code, "look at that plan, and approve once more" in done.err) == (3, True), done.said
    main.fake_github.wait(minutes=1)
    main.fake_github.reviewed(number, "ann")
    assert reviewed(main, number, head).code == 0
    main.fake_github.reviewed(number, "ann", "CHANGES_REQUESTED")
    assert reviewed(main, number, head).code == 3


def test_what_does_nothing_needs_no_review(main: MainRuns) -> None:
    number, head = main.pull_request({"README.md": "Words.\n"}, review=False)
    done = reviewed(main, number, head)
    assert done.code == 0, done.said


def test_without_a_plan_there_is_nothing_that_was_reviewed(main: MainRuns) -> None:
    number, head = main.pull_request({FILE: declared().replace("roles:", "rolls:")})
    done = reviewed(main, number, head)
    assert (done.code, "no plan for local is kept" in done.err) == (3, True), done.said


def test_where_no_review_is_required_only_a_lifted_guard_asks_for_one(main: MainRuns) -> None:
    main.merged.write({CONFIG: main.merged.settings + NO_REVIEW})
    main.merged.repository.commit()
    number, head = main.pull_request({FILE: declared(grace="gold")}, review=False)
    assert reviewed(main, number, head).code == 0
    number, head = main.pull_request({FILE: LIFTED}, review=False)
    done = reviewed(main, number, head)
    assert done.code == 3, done.said
    main.fake_github.wait(minutes=1)
    main.fake_github.reviewed(number, "ann")
    assert reviewed(main, number, head).code == 0


NO_REVIEW = "ci: {require-review: false}\nguards: {granting: {roles: [press], contacts: 0}}\n"

LIFTED = f"""\
allow:
  - {{guard: granting, contacts: [{{email: {GRACE}}}], until: 2026-11-30, reason: New}}
{declared().replace("[customer]", "[customer, press]", 1)}"""
