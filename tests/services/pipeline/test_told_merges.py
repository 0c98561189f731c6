"""What is said under a pull request while its merge is previewed, let through and applied."""

from pathlib import Path

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.main_runs import WRITING, MainRuns, main_runs
from tests.support.pull_requests import FILE, GRACE, declared
from tests.support.shop import Shop


@pytest.fixture
def main(shop: Shop, fake_github: FakeGitHub, tmp_path: Path) -> MainRuns:
    runs = main_runs(shop, fake_github, tmp_path)
    runs.first_run()
    return runs


def told(main: MainRuns, number: int, *arguments: str) -> str:
    """The one comment about what became of the merge, after a job of its run has told it."""
    done = main.command("result", *arguments, str(main.out), scopes=WRITING)
    assert done.code == 0, done.said
    (text,) = [str(row["body"]) for row in main.fake_github.comments[number]]
    assert GRACE not in text
    return text


def test_a_merge_waits_and_is_applied(main: MainRuns) -> None:
    """The jobs of one run renew one comment."""
    number, head = main.pull_request({FILE: declared(grace="gold")})
    main.merge(number, head)
    assert main.preview().code == 0
    assert "### This waits for its reviewers before it is applied to `local`" in told(main, number)
    assert main.apply().code == 0
    assert "### Applied to `local`\n\n1 applied." in told(main, number, "--applying")


def test_a_merge_without_review_is_refused_and_says_why(main: MainRuns) -> None:
    """With the pull request that nobody approved, and the way out."""
    number, head = main.pull_request({FILE: declared(grace="gold")}, review=False)
    main.merge(number, head)
    assert main.preview().code == 3
    text = told(main, number)
    assert "### Refused: nothing was applied to `local`" in text
    assert f"#{number}" in text
    assert "The way out is the run by hand" in text


def test_what_the_account_has_become_meanwhile_is_refused_and_told(main: MainRuns) -> None:
    """The job that applies leaves its reason for those who are told."""
    number, head = main.pull_request({FILE: declared(grace="gold")})
    main.merge(number, head)
    assert main.preview().code == 0
    (main.out / "preview.json").write_text("{}")
    assert main.apply().code == 3
    text = told(main, number, "--applying")
    assert "### Nothing was applied to `local`" in text
    assert "start the whole run again" in text
