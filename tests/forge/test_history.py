"""What the stand-ins know of Git, in memory and from a real repository: both tell the same."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.forge.client import ForgeClient
from reconcile.forge.github.evidence import GitHubEvidence
from reconcile.forge.github.repository import GitHubRepository
from tests.support.forge.fake_github import REPOSITORY, TOKEN, FakeGitHub, serve_github
from tests.support.forge.git_command import git
from tests.support.forge.history import GitHistory, WrittenHistory, merge_base


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


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=12), st.integers(1, 4))
def test_only_first_parents_were_the_tip(steps: list[tuple[bool, int]], page: int) -> None:
    """Whatever was merged into whatever, and however the list of commits is cut into pages."""
    history = WrittenHistory()
    was_tip = [history.commit("main")]
    others = [was_tip[0]]
    for onto_main, number in steps:
        other = others[number % len(others)]
        if onto_main:
            was_tip.append(history.commit("main", was_tip[-1], other))
            others.append(was_tip[-1])
        else:
            others.append(history.commit("change", other))
    with serve_github() as fake_github:
        fake_github.history, fake_github.page = history, page
        runs = {
            fake_github.ran("drift.yml", commit, event="schedule", head_branch="main"): commit
            for commit in history.parents
        }
        evidence = GitHubEvidence(GitHubRepository(ForgeClient(fake_github.api.url, TOKEN), REPOSITORY))
        told = {runs[run.id] for run in evidence.runs("main", fake_github.now)}
    assert told == set(was_tip)
