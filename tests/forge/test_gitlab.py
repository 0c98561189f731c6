"""GitLab: the note under a merge request, and the plan that its pipeline left."""

from collections.abc import Iterator

import pytest

from reconcile.errors import ForgeError, Refusal
from reconcile.forge.approved_plan import PlanSource, find_approved_plan
from reconcile.forge.client import ForgeClient
from reconcile.forge.gitlab.comments import GitLab
from reconcile.forge.sticky_comment import StickyComment, issue_of, with_mark
from tests.support.forge.fake_gitlab import LAB_TOKEN, PROJECT, USER, FakeGitLab, serve_gitlab
from tests.support.forge.fixtures import Slept
from tests.support.forge.http_server import ForgeReply

HEAD, COMMIT = "a" * 40, "c" * 40

SALT = {"plan.salt": b"5" * 64}

SOURCE = PlanSource(USER, "shop", "main", workflow="plan")

MARK = with_mark("plan", {"target": "shop", "head": HEAD, "seal": f"sha256:{'1' * 64}"}, "the plan")


@pytest.fixture
def fake_gitlab() -> Iterator[FakeGitLab]:
    """A stand-in for GitLab."""
    with serve_gitlab() as fake_gitlab:
        yield fake_gitlab


@pytest.fixture
def gitlab(fake_gitlab: FakeGitLab, slept: Slept) -> GitLab:
    """The client of the stand-in."""
    return GitLab(ForgeClient(fake_gitlab.api.url, LAB_TOKEN, slept.timing), PROJECT)


def test_a_note_is_posted_once_and_then_edited_in_place(fake_gitlab: FakeGitLab, gitlab: GitLab) -> None:
    """Found on a later page, too; what GitLab itself notes does not count, nor does a stranger's copy."""
    fake_gitlab.wrote(3, "mallory", MARK)
    fake_gitlab.wrote(3, USER, MARK, system=True)
    fake_gitlab.wrote(3, "ann", "hello")
    sticky = StickyComment(gitlab, 3, gitlab.login(), "plan", "shop")
    for text in ("first", "second"):
        sticky.put(text, {})
    assert [row["body"].partition("\n")[2] for row in fake_gitlab.notes[3]] == [
        "the plan",
        "the plan",
        "",
        "second",
    ]


def test_the_plan_of_the_merged_request_is_found(fake_gitlab: FakeGitLab, gitlab: GitLab) -> None:
    """From the newest good pipeline for the head that was merged."""
    fake_gitlab.wrote(3, USER, MARK)
    fake_gitlab.planned(3, HEAD, {"plan.json": b"old", **SALT})
    fake_gitlab.planned(3, HEAD, {"plan.json": b"good", **SALT})
    fake_gitlab.planned(3, HEAD, {"plan.json": b"failed", **SALT}, "failed")
    fake_gitlab.planned(3, "b" * 40, {"plan.json": b"another head", **SALT})
    fake_gitlab.merged(3, HEAD, COMMIT)
    assert find_approved_plan(gitlab, COMMIT, SOURCE).content == b"good"


def test_a_fork_and_a_rebased_branch_are_refused(fake_gitlab: FakeGitLab, gitlab: GitLab) -> None:
    """As on GitHub: the rules are the same code."""
    fake_gitlab.wrote(3, USER, MARK)
    fake_gitlab.merged(3, "b" * 40, COMMIT)
    with pytest.raises(Refusal, match="is not for commit bbb"):
        find_approved_plan(gitlab, COMMIT, SOURCE)
    fake_gitlab.merge_requests.clear()
    fake_gitlab.merged(3, HEAD, COMMIT, source=99)
    with pytest.raises(Refusal, match="came from a fork"):
        find_approved_plan(gitlab, COMMIT, SOURCE)


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_refusal_is_told_without_the_token(fake_gitlab: FakeGitLab, gitlab: GitLab, status: int) -> None:
    """By method, path, status and advice."""
    fake_gitlab.api.faults.append(ForgeReply(status, {"message": f"no {LAB_TOKEN}"}))
    with pytest.raises(
        ForgeError, match=f"POST /projects/42/merge_requests/3/notes: answered {status}"
    ) as caught:
        gitlab.post(3, "text")
    assert LAB_TOKEN not in str(caught.value)


def test_a_rate_limit_is_waited_out(fake_gitlab: FakeGitLab, gitlab: GitLab, slept: Slept) -> None:
    """GitLab tells the second at which its count begins anew."""
    fake_gitlab.api.faults.append(ForgeReply(429, {}, {"Retry-After": "3"}))
    gitlab.post(3, "text")
    assert slept.seconds == [3.0]


def test_our_issue_is_opened_changed_and_closed(fake_gitlab: FakeGitLab, gitlab: GitLab) -> None:
    """Known by mark and author, on whatever page: no stranger's copy, no closed one, no other."""
    body = with_mark("drift", {"target": "shop"}, "text")
    fake_gitlab.issues.opened("mallory", "copy", body)
    fake_gitlab.issues.opened(USER, "old", body, "closed")
    opened = gitlab.open_issue("Drift", body)
    for _ in range(3):
        fake_gitlab.issues.opened("ann", "other", "")
    found = issue_of(gitlab, USER, "drift", "shop")
    assert found is not None
    assert found == opened
    for closed in (False, True):
        gitlab.change_issue(found, "Drift!", "again", closed=closed)
        row = fake_gitlab.issues.rows[2]
        assert (row["title"], row["description"]) == ("Drift!", "again")
        assert row["state"] == ("closed" if closed else "opened")
    assert issue_of(gitlab, USER, "drift", "shop") is None
    assert [row["title"] for row in fake_gitlab.issues.rows] == ["copy", "old", "Drift!", *["other"] * 3]
