"""``reconcile ci drift-issue``: the one issue of a target."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult
from tests.support.forge.fake_github import BOT, FakeGitHub, Row
from tests.support.forge.fake_gitlab import serve_gitlab
from tests.support.forge.github_job import GitHubJob
from tests.support.forge.gitlab_state import LAB_TOKEN, PROJECT, READ_TOKEN, USER
from tests.support.project import AS_OF, Project
from tests.support.repository import Repository, under_git

DIFFERING = "contacts:\n  - email: bob@email.com\n    roles: [customer]\n"

SETTLED = "contacts:\n  - email: bob@email.com\n"
"""Nothing is managed."""


@dataclass
class DriftJob:
    """The daily job on main of a repository under Git."""

    project: Project
    fake_github: FakeGitHub
    folder: Path
    repository: Repository
    run_id: int = 5

    @property
    def tip(self) -> str:
        return self.repository.git("rev-parse", "HEAD")

    def tell(self, *arguments: str, as_of: str = AS_OF, commit: str = "") -> CommandResult:
        """Compare, and tell; or tell that the job before has failed."""
        if not arguments:
            self.project.run("drift", "--as-of", as_of, "--out", "drift.json")
            arguments = ("drift.json",)
        job = GitHubJob(self.fake_github, self.folder, self.run_id)
        environment = job.of_main(commit or self.tip, event="schedule")
        done = self.project.run("ci", "drift-issue", *arguments, "--as-of", as_of, environment=environment)
        assert done.code == 0, done.said
        return done

    @property
    def issue(self) -> Row:
        (row,) = self.fake_github.issues
        return row

    def ran(self, **other: str | None) -> int:
        """A run of the tip that applies what was merged."""
        return self.fake_github.ran("apply.yml", self.tip, event="push", head_branch="main", **other)


@pytest.fixture
def job(project: Project, fake_github: FakeGitHub, tmp_path: Path) -> DriftJob:
    project.declare(DIFFERING)
    repository = under_git(project)
    job = DriftJob(project, fake_github, tmp_path, repository)
    fake_github.history.branches["main"] = job.tip
    fake_github.history.parents[job.tip] = []
    return job


def test_drift_is_told_masked_and_closed_when_nothing_is_left(job: DriftJob) -> None:
    """One issue, renewed in place; a complete run of the tip leaves nothing to tell."""
    job.ran()
    job.tell()
    job.tell()
    assert job.issue["state"] == "open"
    assert "differs from its declaration" in job.issue["body"]
    assert "bob@email.com" not in job.issue["body"]
    assert "no run" not in job.issue["body"]
    assert job.project.run("apply", "--yes", "--as-of", AS_OF).code == 0
    job.tell()
    assert job.issue["state"] == "closed"


def test_a_tip_without_a_run_is_told(job: DriftJob) -> None:
    """Also where nothing differs; a run of the clock applies no merge, and another commit is not ours."""
    job.project.declare(SETTLED)
    job.fake_github.ran("drift.yml", job.tip, event="schedule", head_branch="main")
    job.tell()
    assert job.issue["state"] == "open"
    assert f"> `{job.tip[:7]}`, the tip of `main`, **has had no run**" in job.issue["body"]
    assert "No drift." in job.issue["body"]
    job.ran()
    job.tell()
    assert job.issue["state"] == "closed"


def test_a_preview_that_nobody_answers_is_told_after_a_day(job: DriftJob) -> None:
    """With its hours and its run; not before."""
    run = job.ran(status="waiting", conclusion=None)
    job.tell(as_of="2026-11-24T08:59:00Z")
    assert "waited" not in job.issue["body"]
    job.tell(as_of="2026-11-25T10:00:00Z")
    link = f"[a run](<https://github.example/example/shop/actions/runs/{run}>)"
    assert f"The preview of {link} **has waited for its reviewers for 49 hours**" in job.issue["body"]


def test_a_tip_whose_run_was_refused_is_told(job: DriftJob) -> None:
    """Unless a later run of it went well."""
    job.ran(conclusion="failure")
    job.tell()
    assert f"> `{job.tip[:7]}`, which was merged last, **is not applied**" in job.issue["body"]
    job.fake_github.wait(minutes=1)
    job.ran()
    job.tell()
    assert "is not applied" not in job.issue["body"]


def test_an_older_commit_tells_nothing_of_the_tip(job: DriftJob) -> None:
    """The branch has moved on since the job began: its next one knows."""
    job.tell(commit="0" * 40)
    assert "no run" not in job.issue["body"]


def test_a_failed_run_is_told_until_a_later_one_works(job: DriftJob) -> None:
    """Since when it fails; what the issue says of drift stays, and a comparison of the same run keeps it."""
    job.ran()
    job.tell()
    drift = job.issue["body"].partition("\n")[2]
    job.tell("--failed")
    job.run_id = 6
    job.tell("--failed", as_of="2026-11-23T10:00:00Z")
    body = job.issue["body"]
    assert (
        "**A scheduled run has failed** ([the run](<https://github.example/example/shop/actions/runs/6>))"
        in body
    )
    assert body.count("A scheduled run has failed") == 1
    assert "since 2026-11-23 09:00 (UTC)" in body
    assert drift.partition("<sub>")[0].strip() in body
    job.tell()
    assert "A scheduled run has failed" in job.issue["body"]
    job.run_id = 7
    job.tell()
    assert "A scheduled run has failed" not in job.issue["body"]


def test_a_failed_run_opens_an_issue_which_the_next_one_closes(job: DriftJob) -> None:
    """Where nothing differs."""
    job.project.declare(SETTLED)
    job.ran()
    job.tell("--failed")
    assert job.issue["title"].startswith("Drift at 127.0.0.1:")
    assert job.issue["state"] == "open"
    job.run_id = 6
    job.tell()
    assert job.issue["state"] == "closed"


def test_only_our_own_issue_is_changed(job: DriftJob) -> None:
    """By the target and the author."""
    mark = "<!-- reconcile:drift target=local -->\nmine"
    for author, body in (("eve", mark), (BOT, mark.replace("local", "other"))):
        job.fake_github.issues.append(
            {
                "number": len(job.fake_github.issues) + 50,
                "state": "open",
                "title": "x",
                "body": body,
                "user": {"login": author},
            }
        )
    job.tell()
    assert [row["body"] for row in job.fake_github.issues][:2] == [mark, mark.replace("local", "other")]
    assert len(job.fake_github.issues) == 3


@pytest.mark.parametrize("arguments", [(), ("drift.json", "--failed")])
def test_it_is_about_drift_or_about_a_failed_run(job: DriftJob, arguments: tuple[str, ...]) -> None:
    """Not both, nor neither."""
    environment = GitHubJob(job.fake_github, job.folder).of_main(job.tip)
    done = job.project.run("ci", "drift-issue", *arguments, environment=environment)
    assert (done.code, "give DRIFT.json, or --failed" in done.err) == (64, True)


def test_gitlab_has_the_same_issue(job: DriftJob) -> None:
    """Opened by the token for notes, and told of a failed run."""
    job.project.run("drift", "--as-of", AS_OF, "--out", "drift.json")
    with serve_gitlab() as fake_gitlab:
        fake_gitlab.tips["main"] = job.tip
        told = {
            "CI_API_V4_URL": fake_gitlab.api.url,
            "CI_PROJECT_ID": PROJECT,
            "RECONCILE_GITLAB_NOTE_TOKEN": LAB_TOKEN,
            "RECONCILE_GITLAB_READ_TOKEN": READ_TOKEN,
            "CI_COMMIT_SHA": job.tip,
            "CI_COMMIT_BRANCH": "main",
            "CI_PIPELINE_ID": "31",
            "CI_PROJECT_URL": "https://x.example",
            "CI_JOB_URL": "https://x.example/-/jobs/9",
        }
        for arguments in (("drift.json",), ("--failed",)):
            done = job.project.run("ci", "drift-issue", *arguments, "--as-of", AS_OF, environment=told)
            assert done.code == 0, done.said
        (row,) = fake_gitlab.issues.rows
    assert row["author"]["username"] == USER
    assert "**A scheduled run has failed** ([the run](<https://x.example/-/jobs/9>))" in row["description"]
    assert "differs from its declaration" in row["description"]
