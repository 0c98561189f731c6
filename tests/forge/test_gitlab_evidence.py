"""What GitLab records: requests, approvals with their head and time, pipelines, jobs, and what they left."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from reconcile.errors import ForgeError
from reconcile.forge.client import ForgeClient
from reconcile.forge.gitlab.evidence import GitLabEvidence
from reconcile.forge.gitlab.project import GitLabProject
from reconcile.model.ci.pull_request import ReviewState
from tests.support.forge.fake_github import zipped
from tests.support.forge.fake_gitlab import PROJECT, READ_TOKEN, FakeGitLab
from tests.support.forge.gitlab_state import BEGIN, FORK

A, B, C, M = "a" * 40, "b" * 40, "c" * 40, "d" * 40

PLAN, JOURNAL = "reconcile-plan-shop", "reconcile-journal-shop"


@pytest.fixture
def evidence(fake_gitlab: FakeGitLab) -> GitLabEvidence:
    return GitLabEvidence(GitLabProject(ForgeClient(fake_gitlab.api.url, READ_TOKEN), PROJECT))


def fresh(evidence: GitLabEvidence) -> GitLabEvidence:
    """What another job reads: nothing is remembered."""
    return GitLabEvidence(GitLabProject(evidence.project.client, PROJECT))


def job(fake_gitlab: FakeGitLab, pipeline: int, name: str, status: str = "success", **left: bytes) -> int:
    """A job that ends a minute later, with these files below ``out/``."""
    number = fake_gitlab.job_began(pipeline, name)
    fake_gitlab.wait(minutes=1)
    files = {f"out/{path.replace('__', '/').replace('_', '-')}": content for path, content in left.items()}
    log = "$ git init --quiet /opt/reconcile\n$ code=0; reconcile ci apply out || code=$?\n"
    fake_gitlab.job_ended(number, status, zipped(files) if files else None, log)
    fake_gitlab.ended(pipeline, status)
    return number


def test_a_merge_request_is_read(fake_gitlab: FakeGitLab, evidence: GitLabEvidence) -> None:
    """Open, from a fork, merged by a commit, squashed, fast-forwarded, closed."""
    fake_gitlab.opened(3, A, left=B)
    pull = evidence.pull_request(3)
    assert (pull.number, pull.head, pull.head_branch, pull.base) == (3, A, "change", "main")
    assert (pull.author, pull.own, pull.opened, pull.closed, pull.merge) == ("ann", True, BEGIN, None, None)
    row = fake_gitlab.request(3)
    row["source_project_id"] = int(FORK)
    assert not evidence.pull_request(3).own
    fake_gitlab.wait(hours=1)
    fake_gitlab.merged(3, A, M)
    assert (evidence.pull_request(3).merge, evidence.pull_request(3).closed) == (
        M,
        BEGIN + timedelta(hours=1),
    )
    row.update(merge_commit_sha=None, squash_commit_sha=C)
    assert evidence.pull_request(3).merge == C
    row.update(squash_commit_sha=None)
    assert evidence.pull_request(3).merge == A
    row.update(state="closed")
    assert evidence.pull_request(3).merge is None
    with pytest.raises(ForgeError, match="404"):
        evidence.pull_request(4)


def test_a_tag_is_no_tip(fake_gitlab: FakeGitLab, evidence: GitLabEvidence) -> None:
    """Branches have an endpoint of their own, whatever characters their names have."""
    fake_gitlab.tips |= {"main": A, "a/b c": B}
    assert (evidence.tip("main"), evidence.tip("a/b c")) == (A, B)
    with pytest.raises(ForgeError, match="404"):
        evidence.tip("v1")


def test_who_brought_a_commit(fake_gitlab: FakeGitLab, evidence: GitLabEvidence) -> None:
    """Merged ones alone do."""
    fake_gitlab.opened(3, A)
    assert evidence.merged_with(M) == ()
    fake_gitlab.merged(3, A, M)
    assert [merged.number for merged in fresh(evidence).merged_with(M)] == [3]


def test_an_approval_is_for_the_head_that_was_there(
    fake_gitlab: FakeGitLab, evidence: GitLabEvidence
) -> None:
    """A later push, a withdrawal, a reader, and a note that only looks like one."""
    fake_gitlab.opened(3, A)
    fake_gitlab.wait(minutes=5)
    fake_gitlab.approved(3, "ben")
    fake_gitlab.approved(3, "rea")
    fake_gitlab.wrote(3, "cat", "approved this merge request")
    fake_gitlab.wait(minutes=5)
    fake_gitlab.pushed(3, B)
    fake_gitlab.wait(minutes=5)
    fake_gitlab.approved(3, "cat")
    fake_gitlab.approvers[3].remove("rea")
    told = [
        (review.author, review.commit, review.state, review.may_write)
        for review in evidence.reviews(evidence.pull_request(3))
    ]
    assert told == [
        ("ben", A, ReviewState.APPROVED, True),
        ("rea", A, ReviewState.DISMISSED, False),
        ("cat", B, ReviewState.APPROVED, True),
    ]
    fake_gitlab.unapproved(3, "cat")
    fake_gitlab.wrote(3, "ben", "requested changes", system=True)
    states = [review.state for review in fresh(evidence).reviews(evidence.pull_request(3))]
    assert states[2:] == [ReviewState.DISMISSED, ReviewState.DISMISSED, ReviewState.CHANGES_REQUESTED]
    first = evidence.reviews(evidence.pull_request(3))[0]
    assert first.at == BEGIN + timedelta(minutes=5)


def test_a_change_of_the_target_branch_is_known(fake_gitlab: FakeGitLab, evidence: GitLabEvidence) -> None:
    """By somebody, or by GitLab when the branch was deleted; nobody's own note tells one."""
    fake_gitlab.opened(3, A, target="release")
    fake_gitlab.wrote(3, "ann", "changed target branch from `release` to `main`")
    fake_gitlab.wait(minutes=5)
    fake_gitlab.retargeted(3, "main")
    deleted = "deleted the `x` branch. This merge request now targets the `main` branch"
    fake_gitlab.wrote(3, "ann", deleted, system=True)
    assert evidence.base_changes(evidence.pull_request(3)) == (BEGIN + timedelta(minutes=5),) * 2


INCLUDING = (
    b"spec: {inputs: {}}\n---\n"
    b"include: [{local: /ci/one.yml}, https://example.com/x.yml, two.yml]\njob: {rules: !reference [a, b]}\n"
)


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, True),
        ({"contacts/team.yaml": b"contacts: []"}, True),
        ({".gitlab-ci.yml": b"job: {}"}, False),
        ({"ci/one.yml": b"other"}, False),
        ({"two.yml": b"other"}, False),
        ({"ci/three.yml": b"other"}, False),
        ({"four.yml": b"is included by none"}, True),
    ],
)
def test_the_pipeline_is_kept(
    fake_gitlab: FakeGitLab, evidence: GitLabEvidence, change: dict[str, bytes], *, kept: bool
) -> None:
    """The file, and what it includes from the project, over more than one step."""
    files = {".gitlab-ci.yml": INCLUDING, "ci/one.yml": b"include: ci/three.yml", "two.yml": b"a: 1"}
    for commit, changed in ((B, {}), (A, change)):
        fake_gitlab.contents |= {(commit, path): text for path, text in {**files, **changed}.items()}
    fake_gitlab.opened(3, A, left=B)
    assert evidence.keeps_workflows(evidence.pull_request(3)) is kept


@pytest.mark.parametrize("included", [b"ci/*.yml", b"$FILE", b"{local: ci/$NAME.yml}"])
def test_a_file_of_an_unknown_name_keeps_nothing(
    fake_gitlab: FakeGitLab, evidence: GitLabEvidence, included: bytes
) -> None:
    """What it includes can't be followed."""
    text = b"include: " + included
    fake_gitlab.contents |= {(commit, ".gitlab-ci.yml"): text for commit in (A, B)}
    fake_gitlab.opened(3, A, left=B)
    assert not evidence.keeps_workflows(evidence.pull_request(3))


@pytest.mark.parametrize(
    ("file", "kept"),
    [
        ("", True),
        (None, True),
        ("ci/pipeline.yml", False),
        ("/ci/pipeline.yml", False),
        ("ci/pipeline.yml@access/pipeline", True),
        ("https://example.com/pipeline.yml", True),
    ],
)
def test_the_file_is_the_one_that_the_setting_names(
    fake_gitlab: FakeGitLab, evidence: GitLabEvidence, file: str | None, *, kept: bool
) -> None:
    """A branch that alters it keeps nothing; one of another project is out of its reach."""
    for commit, text in ((B, b"a: {}"), (A, b"b: {}")):
        fake_gitlab.contents |= {(commit, ".gitlab-ci.yml"): b"", (commit, "ci/pipeline.yml"): text}
    fake_gitlab.pipeline_file = file
    fake_gitlab.opened(3, A, left=B)
    assert evidence.keeps_workflows(evidence.pull_request(3)) is kept


def test_plans_are_those_of_its_head(fake_gitlab: FakeGitLab, evidence: GitLabEvidence) -> None:
    """Newest first, those of jobs that were started again, too; not of another head, event, job or folder."""
    fake_gitlab.opened(3, A)
    ref = "refs/merge-requests/3/head"
    first = fake_gitlab.began(A, ref, "merge_request_event", 3, by="ben")
    plan = {"reconcile_plan_shop__plan.json": b"{}"}
    jobs = [job(fake_gitlab, first, "plan shop", **plan)]
    jobs.append(job(fake_gitlab, first, "plan shop", "failed", **plan))
    job(fake_gitlab, first, "another", **plan)
    job(fake_gitlab, first, "plan shop", reconcile_plan_other__x=b"")
    job(fake_gitlab, fake_gitlab.began(B, ref, "merge_request_event", 3), "plan shop", **plan)
    job(fake_gitlab, fake_gitlab.began(A, "change", "push", 3), "plan shop", **plan)
    for other in ("refs/merge-requests/4/head", "refs/merge-requests/3/merge"):
        job(fake_gitlab, fake_gitlab.began(A, other, "merge_request_event", 3), "plan shop", **plan)
    fake_gitlab.opened(4, A, branch="change", target="release")
    assert evidence.same_head(evidence.pull_request(3)) == ()
    found = list(evidence.plans(evidence.pull_request(3), PLAN))
    assert [artifact.id for artifact in found] == [jobs[1], jobs[0]]
    newest = found[0]
    assert (newest.run.id, newest.run.head, newest.run.branch) == (first, A, "change")
    assert (newest.run.event, newest.run.attempt, newest.run.own) == ("merge_request_event", jobs[1], True)
    assert [artifact.run.succeeded for artifact in found] == [False, True]
    assert newest.run.actor == "ben"
    assert newest.created == BEGIN + timedelta(minutes=2)
    with ZipFile(BytesIO(evidence.download(newest))) as archive:
        assert archive.namelist() == ["plan.json"]


def test_what_a_branch_kept_is_newest_first(fake_gitlab: FakeGitLab, evidence: GitLabEvidence) -> None:
    """An old pipeline that was started again comes first; a tag, another branch, what is older are none."""
    old = fake_gitlab.began(A, "main", "push")
    left = {"reconcile_journal_shop__manifest.json": b"{}"}
    jobs = [job(fake_gitlab, old, "apply shop", **left)]
    new = fake_gitlab.began(B, "main", "schedule")
    jobs.append(job(fake_gitlab, new, "clock shop", "failed", **left))
    job(fake_gitlab, new, "clock other", **left)
    tagged = fake_gitlab.began(B, "main", "push")
    number = fake_gitlab.job_began(tagged, "apply shop", tag=True)
    fake_gitlab.job_ended(number, "success", zipped({"out/reconcile-journal-shop/manifest.json": b"{}"}))
    job(fake_gitlab, fake_gitlab.began(B, "change", "push"), "apply shop", **left)
    fake_gitlab.wait(hours=1)
    jobs.append(job(fake_gitlab, old, "apply shop", **left))
    found = [artifact.id for artifact in evidence.kept(JOURNAL, "main", BEGIN)]
    assert found == [jobs[2], jobs[1], jobs[0]]
    later = fresh(evidence).kept(JOURNAL, "main", BEGIN + timedelta(minutes=30))
    assert [artifact.name for artifact in later] == [f"{JOURNAL}-{jobs[2]}"]
    with pytest.raises(ForgeError, match="leave no artifact"):
        list(evidence.kept("something-shop", "main", BEGIN))


def test_an_archive_that_has_expired_is_none(fake_gitlab: FakeGitLab, evidence: GitLabEvidence) -> None:
    """GitLab goes on listing the job."""
    pipeline = fake_gitlab.began(A, "main", "push")
    number = job(fake_gitlab, pipeline, "apply shop", reconcile_journal_shop__x=b"")
    del fake_gitlab.archives[number]
    assert list(evidence.kept(JOURNAL, "main", BEGIN)) == []


NEVER = "$ git init --quiet /opt/reconcile\nfatal: unable to access\n"


def test_a_job_that_began_to_write_is_known(fake_gitlab: FakeGitLab, evidence: GitLabEvidence) -> None:
    """A job that waits, or that failed before its command, wrote nothing; without a log it may have."""
    pipeline = fake_gitlab.began(A, "main", "push")
    good = job(fake_gitlab, pipeline, "apply shop")
    broken = job(fake_gitlab, pipeline, "apply shop", "failed")
    for log, status in ((NEVER, "failed"), (NEVER, "canceled"), ("", "failed")):
        number = fake_gitlab.job_began(pipeline, "apply shop")
        fake_gitlab.job_ended(number, status, None, log)
    fake_gitlab.job_began(pipeline, "apply shop", "manual")
    running = fake_gitlab.job_began(pipeline, "clock shop")
    job(fake_gitlab, pipeline, "apply other")
    job(fake_gitlab, pipeline, "preview shop")
    attempts = {attempt.attempt: attempt for attempt in evidence.writing_attempts("shop", "main", BEGIN)}
    assert set(attempts) == {good, broken, number, running}
    assert attempts[good].ended == BEGIN + timedelta(minutes=1)
    assert (attempts[running].run, attempts[running].ended) == (pipeline, None)
    later = BEGIN + timedelta(seconds=90)
    assert good not in {one.attempt for one in fresh(evidence).writing_attempts("shop", "main", later)}


def test_a_pipeline_waits_for_somebody(fake_gitlab: FakeGitLab, evidence: GitLabEvidence) -> None:
    """While what writes was never started, and there is something to write."""
    runs = []
    for changes in (b"changes=false\nchanges=true\n", b"changes=false\n"):
        runs.append(fake_gitlab.began(A, "main", "push"))
        job(fake_gitlab, runs[-1], "preview shop", **{"preview.env": changes})
        fake_gitlab.job_began(runs[-1], "apply shop", "manual")
    found = {run.id: run for run in evidence.runs("main", datetime(2026, 1, 1, tzinfo=UTC))}
    assert {number: run.waiting for number, run in found.items()} == {runs[0]: True, runs[1]: False}
    assert (found[runs[0]].head, found[runs[0]].event, found[runs[0]].branch) == (A, "push", "main")
    job(fake_gitlab, runs[0], "apply shop")
    assert not any(run.waiting for run in fresh(evidence).runs("main", datetime(2026, 1, 1, tzinfo=UTC)))


def test_the_token_that_reads_can_write_nothing(fake_gitlab: FakeGitLab, evidence: GitLabEvidence) -> None:
    """So the stand-in would tell if evidence was ever written with it."""
    assert fake_gitlab.bare is None
    with pytest.raises(ForgeError, match="403"):
        evidence.project.client.write("POST", evidence.project.path("/issues"), {"title": "x"})
