"""What the stand-ins know of Git, in memory and from a real repository: both tell the same."""

from pathlib import Path

import pytest

from reconcile.forge.github.evidence import GitHubEvidence
from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.history import GitHistory, merge_base
from tests.support.forge.workflow_runner import git


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A repository with ``main``, and a branch of it with one commit that is merged."""
    bare, clone = tmp_path / "bare.git", tmp_path / "clone"
    git("init", "--quiet", "--bare", str(bare), at=tmp_path)
    git("clone", "--quiet", str(bare), str(clone), at=tmp_path)
    git("checkout", "--quiet", "-b", "main", at=clone)
    (clone / ".github" / "workflows").mkdir(parents=True)
    (clone / ".github" / "workflows" / "plan.yml").write_text("on: push\n")
    for number, branch in ((1, "main"), (2, "change"), (3, "main")):
        git("checkout", "--quiet", "-B", branch, *(["origin/main"] if number == 2 else []), at=clone)
        if number == 3:
            git("reset", "--quiet", "--hard", "origin/main", at=clone)
            git("merge", "--quiet", "--no-ff", "-m", "Merge", "change", at=clone)
        (clone / "file").write_text(str(number))
        git("add", "--all", at=clone)
        git("commit", "--quiet", "--allow-empty", "-m", str(number), at=clone)
        git("push", "--quiet", "origin", branch, at=clone)
    git("tag", "main", "change", at=clone)
    git("push", "--quiet", "origin", "refs/tags/main", at=clone)
    return bare


def test_a_real_repository_answers_as_one_in_memory(
    bare: Path, fake_github: FakeGitHub, evidence: GitHubEvidence
) -> None:
    """The tip is the branch's beside a tag of its name; merges, workflow text and old tips are as in Git."""
    fake_github.history = history = GitHistory(bare)
    tip, head = git("rev-parse", "refs/heads/main", at=bare), git("rev-parse", "change", at=bare)
    merge = git("rev-parse", "refs/heads/main~1", at=bare)
    assert evidence.tip("main") == tip
    assert merge_base(history, tip, head) == head
    assert set(history.files(tip, ".github")) == {"workflows"}
    assert history.files(tip, "none") == {}
    fake_github.merged(7, head, merge)
    assert evidence.keeps_workflows(evidence.pull_request(7))
    for commit, stood in ((tip, True), (merge, True), (head, False)):
        run = fake_github.ran("drift.yml", commit, event="schedule", head_branch="main")
        told = {row.id for row in evidence.runs("main", fake_github.now)}
        evidence.repository.memory.clear()
        assert (run in told) is stood
