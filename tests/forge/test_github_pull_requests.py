"""What GitHub records of pull requests: merges of each kind, changed bases, shared heads, workflow text."""

import pytest

from reconcile.errors import ForgeError
from reconcile.forge.github.evidence import GitHubEvidence
from reconcile.model.ci.pull_request import PullRequest
from tests.support.forge.fake_github import TOKEN, FakeGitHub
from tests.support.forge.github_state import BEGIN
from tests.support.forge.history import WrittenHistory
from tests.support.forge.http_server import ForgeReply

TEXT, ALTERED = {"workflows": "1", "actions": "2"}, {"workflows": "3", "actions": "2"}


@pytest.fixture
def history(fake_github: FakeGitHub) -> WrittenHistory:
    """A repository with one commit on main and one on the branch ``change``."""
    history = fake_github.history
    assert isinstance(history, WrittenHistory)
    begin = history.commit("main", github=TEXT)
    history.move("change", begin)
    history.commit("change")
    return history


def proposed(fake_github: FakeGitHub, history: WrittenHistory, evidence: GitHubEvidence) -> PullRequest:
    """Pull request 7 of the branch, as it is open."""
    fake_github.proposed(7, history.branches["change"])
    return evidence.pull_request(7)


def test_the_tip_is_that_of_the_branch(
    fake_github: FakeGitHub, history: WrittenHistory, evidence: GitHubEvidence
) -> None:
    """Asked for by its full name, and believed only when the answer has it: a tag may have the same name."""
    assert evidence.tip("main") == history.branches["main"]
    assert fake_github.api.calls[-1].path.endswith("/git/ref/heads/main")
    tag = {"ref": "refs/tags/main", "object": {"sha": "f" * 40}}
    fake_github.api.faults.append(ForgeReply(200, tag))
    with pytest.raises(ForgeError, match=r"ref is not one of: refs/heads/main"):
        evidence.tip("main")
    with pytest.raises(ForgeError, match="answered 404"):
        evidence.tip("feature/none")


def test_an_open_pull_request_has_no_merge(
    fake_github: FakeGitHub, history: WrittenHistory, evidence: GitHubEvidence
) -> None:
    """The commit that GitHub names before a merge is that of a trial."""
    pull = proposed(fake_github, history, evidence)
    head = history.branches["change"]
    assert pull == PullRequest(7, head, "change", "main", "ben", own=True, opened=BEGIN)
    fake_github.wait(hours=1)
    fake_github.closed(7)
    closed = evidence.pull_request(7)
    assert (closed.closed, closed.merge) == (fake_github.now, None)


@pytest.mark.parametrize(("repo", "own"), [("Example/Shop", True), ("mallory/shop", False), (None, False)])
def test_a_fork_is_not_own(
    fake_github: FakeGitHub, evidence: GitHubEvidence, *, repo: str | None, own: bool
) -> None:
    """Nor is one that was deleted since; GitHub's names ignore case."""
    fake_github.proposed(7, "a" * 40, repo=repo)
    assert evidence.pull_request(7).own is own


def test_a_deleted_author_is_nobody(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """The account is null then."""
    fake_github.proposed(7, "a" * 40)["user"] = None
    assert evidence.pull_request(7).author == ""


@pytest.mark.parametrize("key", ["number", "head", "base", "user", "created_at", "merged_at"])
def test_a_key_that_is_missing_is_told(fake_github: FakeGitHub, evidence: GitHubEvidence, key: str) -> None:
    """Not guessed: an answer of another form is no evidence."""
    row = fake_github.proposed(7, "a" * 40)
    fake_github.api.faults.append(ForgeReply(200, {name: row[name] for name in row if name != key}))
    with pytest.raises(ForgeError, match=f"GET /repos/example/shop/pulls/7: .*{key} is missing"):
        evidence.pull_request(7)


def test_every_commit_of_a_merge_tells_its_pull_request(
    fake_github: FakeGitHub, evidence: GitHubEvidence
) -> None:
    """A merge or squash is one commit, a rebase several, of which the last is named; an open one is none."""
    fake_github.merged(7, "a" * 40, "c" * 40)
    fake_github.merged(8, "b" * 40, "e" * 40, also=("d" * 40,))
    fake_github.proposed(9, "9" * 40)
    merges = {commit: evidence.merged_with(commit * 40) for commit in "cde9f"}
    assert {commit: [pull.number for pull in pulls] for commit, pulls in merges.items()} == {
        "c": [7],
        "d": [8],
        "e": [8],
        "9": [],
        "f": [],
    }
    assert merges["d"][0].merge == "e" * 40


def test_each_change_of_the_base_is_told(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """By a person or by GitHub itself; no other event counts, on whatever page it is."""
    fake_github.proposed(7, "a" * 40, base="next")
    pull = evidence.pull_request(7)
    assert evidence.base_changes(pull) == ()
    for event in ("labeled", "base_ref_force_pushed", "renamed"):
        fake_github.happened(7, event)
    fake_github.wait(minutes=1)
    fake_github.retargeted(7, "next-2")
    fake_github.wait(minutes=1)
    fake_github.retargeted(7, "main", event="automatic_base_change_succeeded")
    times = [instant.minute for instant in evidence.base_changes(pull)]
    assert times == [1, 2]


def test_those_of_the_same_branch_or_commit_are_told(
    fake_github: FakeGitHub, evidence: GitHubEvidence
) -> None:
    """Closed ones, too; a branch of the same name in a fork is another branch."""
    for number, letter, other in (
        (7, "a", {}),
        (8, "b", {"base": "trap"}),
        (9, "a", {"branch": "other", "base": "trap"}),
        (10, "d", {"repo": "mallory/shop"}),
        (11, "e", {"branch": "unrelated"}),
    ):
        fake_github.proposed(number, letter * 40, **other)
    fake_github.closed(8)
    pull = evidence.pull_request(7)
    assert [other.number for other in evidence.same_head(pull)] == [8, 9]


def test_a_branch_stays_shared_after_the_merge(
    fake_github: FakeGitHub, history: WrittenHistory, evidence: GitHubEvidence
) -> None:
    """For a commit on main, GitHub lists only what brought it: the branch tells the other."""
    head = history.branches["change"]
    fake_github.proposed(8, head, base="trap")
    fake_github.merged(7, head, history.commit("main", history.branches["main"], head))
    assert [other.number for other in evidence.same_head(evidence.pull_request(7))] == [8]


def test_a_list_that_ignores_the_branch_misleads_nobody(
    fake_github: FakeGitHub, evidence: GitHubEvidence
) -> None:
    """What is listed is compared again."""
    fake_github.proposed(7, "a" * 40)
    row = fake_github.proposed(8, "b" * 40, branch="unrelated")
    pull = evidence.pull_request(7)
    fake_github.api.faults.append(ForgeReply(200, [row]))
    assert evidence.same_head(pull) == ()


MERGES = ("open", "merge commit", "squash", "rebase")


@pytest.mark.parametrize("how", MERGES)
@pytest.mark.parametrize("altered", [False, True])
def test_altered_workflow_text_is_told(
    fake_github: FakeGitHub, history: WrittenHistory, evidence: GitHubEvidence, *, how: str, altered: bool
) -> None:
    """Compared with where the branch left, also when the head itself is on main since the merge."""
    if altered:
        history.commit("change", github=ALTERED)
    history.commit("main", github=TEXT | {"actions": "4"})  # main moves on; the branch does not follow
    head, main = history.branches["change"], history.branches["main"]
    fake_github.proposed(7, head)
    if how == "merge commit":
        fake_github.merged(7, head, history.commit("main", main, head))
    elif how != "open":
        earlier = history.commit("main") if how == "rebase" else None
        fake_github.merged(7, head, history.commit("main"), also=(earlier,) if earlier else ())
    assert evidence.keeps_workflows(evidence.pull_request(7)) is not altered


def test_a_branch_that_took_main_in_keeps_its_text(
    fake_github: FakeGitHub, history: WrittenHistory, evidence: GitHubEvidence
) -> None:
    """What main changed meanwhile is no change of the branch."""
    history.commit("main", github=ALTERED)
    history.commit("change", history.branches["change"], history.branches["main"], github=ALTERED)
    assert evidence.keeps_workflows(proposed(fake_github, history, evidence))


def test_a_branch_that_was_pushed_to_main_keeps_nothing(
    fake_github: FakeGitHub, history: WrittenHistory, evidence: GitHubEvidence
) -> None:
    """GitHub calls it merged, at its own head: where it left main does not show."""
    history.commit("change", github=ALTERED)
    head = history.commit("change")
    history.move("main", head)
    fake_github.merged(7, head, head)
    assert not evidence.keeps_workflows(evidence.pull_request(7))


def test_a_branch_that_removes_the_folder_or_has_none(
    fake_github: FakeGitHub, history: WrittenHistory, evidence: GitHubEvidence
) -> None:
    """A folder that is not there has no text; one that was there and is gone has changed."""
    history.commit("change", github={})
    pull = proposed(fake_github, history, evidence)
    assert not evidence.keeps_workflows(pull)
    history.texts[history.branches["main"]] = {".github": {"CODEOWNERS": "5"}}
    assert evidence.keeps_workflows(pull)


def test_a_token_without_the_permission_is_told(
    fake_github: FakeGitHub, history: WrittenHistory, evidence: GitHubEvidence
) -> None:
    """By what the job must be given; a commit that can't be read is no commit without workflows."""
    pull = proposed(fake_github, history, evidence)
    fake_github.granted[TOKEN] = {"pull-requests": "read"}
    with pytest.raises(ForgeError, match=r"answered 403.*give the job the permission"):
        evidence.keeps_workflows(pull)
    with pytest.raises(ForgeError, match="answered 403"):
        evidence.tip("main")


def test_a_commit_is_asked_for_once(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """A job has 1,000 requests an hour with all others of the repository."""
    fake_github.merged(7, "a" * 40, "c" * 40)
    for _ in range(3):
        evidence.merged_with("c" * 40)
    assert evidence.repository.client.requests.sent == len(fake_github.api.calls) == 1
