"""What every step of a CI job says when its environment, its token or its file is not right."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.command_line import CommandResult
from tests.support.forge.fake_github import REPOSITORY, TOKEN, FakeGitHub, serve_github
from tests.support.forge.http_server import ForgeReply
from tests.support.project import Project


@dataclass(frozen=True)
class Job:
    """A job of GitHub, in the folder of a project."""

    project: Project
    fake_github: FakeGitHub

    def run(self, *arguments: str, **other: str) -> CommandResult:
        environment = {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_API_URL": self.fake_github.api.url,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_SHA": "c" * 40,
            "GITHUB_RUN_ID": "5",
        }
        return self.project.run("ci", *arguments, environment={**environment, **other})


@pytest.fixture
def job(project: Project) -> Iterator[Job]:
    """A job of GitHub."""
    with serve_github() as fake_github:
        yield Job(project, fake_github)


COMMENT = ("comment", "--targets", '["local"]', "--pull-request", "7")


def test_a_job_without_a_token_says_which_variable_is_missing(job: Job) -> None:
    """Before anything is asked."""
    done = job.run(*COMMENT, GITHUB_TOKEN=" ")
    assert (done.code, "GITHUB_TOKEN is not set" in done.err) == (64, True)
    assert job.fake_github.api.calls == []


def test_a_token_that_may_not_comment_is_told_what_it_lacks(job: Job) -> None:
    """By what GitHub calls it."""
    job.fake_github.api.faults.append(ForgeReply(403, {"message": "Resource not accessible by integration"}))
    done = job.run(*COMMENT)
    assert (done.code, "give the job the permission" in done.err) == (1, True), done.err
    assert TOKEN not in done.err


def test_a_comment_needs_to_know_of_what(job: Job) -> None:
    """No sections, no targets."""
    done = job.run("comment", "--pull-request", "7")
    assert (done.code, "--targets" in done.err) == (64, True)


def test_the_drift_issue_needs_drift(job: Job) -> None:
    """Another file is refused by what it is not."""
    (job.project.root / "drift.json").write_text('{"plan": {}}')
    done = job.run("drift-issue", "drift.json")
    assert (done.code, "this is not drift" in done.err, job.fake_github.issues) == (3, True, [])
