"""GitLab: the note under a merge request, and the issue."""

import pytest

from reconcile.errors import ForgeError
from reconcile.forge.client import ForgeClient
from reconcile.forge.gitlab.comments import GitLab
from reconcile.forge.marks import issue_of, with_mark
from reconcile.forge.own_comments import OwnComments
from tests.support.forge.fake_gitlab import LAB_TOKEN, PROJECT, USER, FakeGitLab
from tests.support.forge.fixtures import Slept
from tests.support.forge.http_server import ForgeReply

MARK = with_mark("plan", {}, "the plan")


@pytest.fixture
def gitlab(fake_gitlab: FakeGitLab, slept: Slept) -> GitLab:
    """The client of the stand-in."""
    return GitLab(ForgeClient(fake_gitlab.api.url, LAB_TOKEN, slept.timing), PROJECT)


def test_a_note_is_posted_once_and_then_edited_in_place(fake_gitlab: FakeGitLab, gitlab: GitLab) -> None:
    """Found on a later page, too; what GitLab itself notes does not count, nor does a stranger's copy."""
    fake_gitlab.wrote(3, "mallory", MARK)
    fake_gitlab.wrote(3, USER, MARK, system=True)
    fake_gitlab.wrote(3, "ann", "hello")
    own = OwnComments(gitlab, 3, gitlab.login())
    for text in ("first", "second"):
        own.put("plan", {}, text)
    assert [row["body"].partition("\n")[2] for row in fake_gitlab.notes[3]] == [
        "the plan",
        "the plan",
        "",
        "second",
    ]


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
