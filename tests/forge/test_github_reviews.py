"""What GitHub records of reviews: whose, of what, when, and whether the reviewer may write."""

import pytest

from reconcile.errors import ForgeError
from reconcile.forge.github.evidence import GitHubEvidence
from reconcile.model.ci.pull_request import Review, ReviewState
from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.http_server import ForgeReply

HEAD, OLDER = "a" * 40, "b" * 40


def reviews(fake_github: FakeGitHub, evidence: GitHubEvidence) -> tuple[Review, ...]:
    return evidence.reviews(evidence.pull_request(7))


@pytest.fixture(autouse=True)
def pull(fake_github: FakeGitHub) -> None:
    """Pull request 7 of ben."""
    fake_github.proposed(7, HEAD)


def test_reviews_come_oldest_first_with_commit_and_time(
    fake_github: FakeGitHub, evidence: GitHubEvidence
) -> None:
    """A draft of a review, which only its author sees, is none."""
    for login, state, commit in (
        ("cat", "APPROVED", OLDER),
        ("cat", "PENDING", None),
        ("ann", "CHANGES_REQUESTED", None),
        ("cat", "DISMISSED", None),
        ("ann", "APPROVED", None),
    ):
        fake_github.wait(minutes=1)
        fake_github.reviewed(7, login, state, commit)
    told = [(row.author, row.state, row.commit, row.at.minute) for row in reviews(fake_github, evidence)]
    assert told == [
        ("cat", ReviewState.APPROVED, OLDER, 1),
        ("ann", ReviewState.CHANGES_REQUESTED, HEAD, 3),
        ("cat", ReviewState.DISMISSED, HEAD, 4),
        ("ann", ReviewState.APPROVED, HEAD, 5),
    ]


@pytest.mark.parametrize(
    ("login", "permission", "may"),
    [
        ("ann", "admin", True),
        ("ben", "write", True),
        ("rea", "read", False),
        ("stranger", None, False),
        ("dependabot[bot]", None, False),
        (None, None, False),
    ],
)
def test_only_collaborators_who_may_write_count(
    fake_github: FakeGitHub, evidence: GitHubEvidence, *, login: str | None, permission: str | None, may: bool
) -> None:
    """Anybody may approve a pull request of a public repository; a deleted account is nobody."""
    if login and permission:
        fake_github.permissions[login] = permission
    fake_github.reviewed(7, login)
    (review,) = reviews(fake_github, evidence)
    assert (review.author, review.may_write) == (login or "", may)


def test_each_reviewer_is_asked_about_once(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """And nobody who only commented."""
    for login, state in (
        ("cat", "APPROVED"),
        ("cat", "APPROVED"),
        ("ann", "COMMENTED"),
        ("ben", "DISMISSED"),
    ):
        fake_github.reviewed(7, login, state)
    reviews(fake_github, evidence)
    asked = [call.path for call in fake_github.api.calls if "collaborators" in call.path]
    assert asked == ["/repos/example/shop/collaborators/cat/permission"]


def test_a_permission_that_is_not_told_is_not_assumed(
    fake_github: FakeGitHub, evidence: GitHubEvidence
) -> None:
    """Neither way: an approval that does not count would say the wrong thing to do."""
    fake_github.reviewed(7, "cat")
    pull = evidence.pull_request(7)
    rows = fake_github.reviews[7]
    fake_github.api.faults += [ForgeReply(200, rows), ForgeReply(403, {"message": "no"})]
    with pytest.raises(ForgeError, match=r"collaborators/cat/permission: answered 403"):
        evidence.reviews(pull)


@pytest.mark.parametrize("key", ["state", "submitted_at", "user"])
def test_a_review_without_a_key_is_told(fake_github: FakeGitHub, evidence: GitHubEvidence, key: str) -> None:
    """And one of a commit that is gone is of no commit."""
    row = fake_github.reviewed(7, "cat")
    row["commit_id"] = None
    assert reviews(fake_github, evidence)[0].commit == ""
    del row[key]
    with pytest.raises(ForgeError, match=f"{key} is missing"):
        reviews(fake_github, evidence)
