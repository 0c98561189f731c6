"""From the commits of the main branch to the pull requests that brought them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconcile.model.ci.pull_request import PullRequest
from reconcile.pipeline.merges import Merge, MergedWork, group_by_pull_request, unbrought_reason

OPENED = datetime(2026, 11, 23, 8, tzinfo=UTC)


def pull(number: int, merge: str | None, base: str = "main") -> PullRequest:
    return PullRequest(
        number, f"head-{number}", f"b{number}", base, "alice", own=True, opened=OPENED, merge=merge
    )


SEVEN, EIGHT = pull(7, "c2"), pull(8, "c3")


@pytest.mark.parametrize(
    ("commits", "brought", "merged", "unbrought"),
    [
        pytest.param("", {}, {}, "", id="nothing new"),
        pytest.param("c2", {"c2": [SEVEN]}, {7: "c2"}, "", id="a merge commit, or a squash"),
        pytest.param("c1 c2", {"c1": [SEVEN], "c2": [SEVEN]}, {7: "c1 c2"}, "", id="a rebase of two commits"),
        pytest.param("c2 c3", {"c2": [SEVEN], "c3": [EIGHT]}, {7: "c2", 8: "c3"}, "", id="a merge queue"),
        pytest.param("c1 c2", {"c2": [SEVEN]}, {7: "c2"}, "c1", id="a push before a merge"),
        pytest.param("c2 c4", {"c2": [SEVEN], "c4": []}, {7: "c2"}, "c4", id="a push after a merge"),
        pytest.param(
            "c3", {"c3": [pull(9, "c3", "feature"), EIGHT]}, {8: "c3"}, "", id="one into another branch"
        ),
        pytest.param("c3", {"c3": [pull(9, "c3", "feature")]}, {}, "c3", id="only one into another branch"),
        pytest.param("c3", {"c3": [pull(9, "c0")]}, {}, "c3", id="one that was merged before"),
        pytest.param("c3", {"c3": [pull(9, None)]}, {}, "c3", id="one that was never merged"),
        pytest.param("c3", {"c3": [EIGHT, pull(9, "c3")]}, {8: "c3", 9: "c3"}, "", id="two with one head"),
    ],
)
def test_commits_belong_to_the_pull_requests_that_brought_them(
    commits: str, brought: dict[str, list[PullRequest]], merged: dict[int, str], unbrought: str
) -> None:
    """In their order; what none brought is named."""
    work = group_by_pull_request(commits.split(), brought, "main")
    assert {one.pull.number: " ".join(one.commits) for one in work.merged} == merged
    assert " ".join(work.unbrought) == unbrought


def test_the_pull_requests_come_in_the_order_of_their_merges() -> None:
    """Not in that of their numbers: the later one was opened first."""
    work = group_by_pull_request(["c1", "c2"], {"c1": [replace(EIGHT, merge="c1")], "c2": [SEVEN]}, "main")
    assert work == MergedWork((Merge(replace(EIGHT, merge="c1"), ("c1",)), Merge(SEVEN, ("c2",))), ())


def test_a_commit_that_none_brought_is_named_with_the_way_out() -> None:
    """Whoever reads it knows what to do."""
    assert unbrought_reason("0123456789", "main") == (
        "commit 0123456 came to 'main' without a pull request, so that nobody has seen what it does: start "
        "the run by hand, or take the commit back and merge it with a pull request"
    )
