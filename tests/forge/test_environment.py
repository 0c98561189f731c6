"""Where a job runs, as its environment tells it."""

import json
from pathlib import Path

import pytest

from reconcile.errors import UsageError
from reconcile.forge.forges import ci_environment, job_provenance
from reconcile.forge.github.comments import GitHub
from reconcile.forge.github.evidence import GitHubEvidence
from reconcile.forge.gitlab.comments import GitLab
from reconcile.model.record import Provenance
from tests.support.forge.fake_github import BOT
from tests.support.forge.fake_gitlab import LAB_TOKEN, PROJECT, READ_TOKEN, USER, serve_gitlab

GITHUB = {
    "GITHUB_REPOSITORY": "example/shop",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_TOKEN": "ghs_secret",
    "GITHUB_SHA": "abc",
    "GITHUB_REF_NAME": "main",
    "GITHUB_RUN_ID": "5",
}


def test_a_job_of_github_is_known(tmp_path: Path) -> None:
    """Repository, commit and links from variables; the pull request from the event."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": "def"}}}))
    job = ci_environment({**GITHUB, "GITHUB_EVENT_PATH": str(event)})
    assert isinstance(job.forge, GitHub)
    assert (job.author, job.pull_request, job.head, job.commit) == (BOT, 7, "def", "abc")
    assert job.blob == "https://github.com/example/shop/blob/abc"
    assert job.run == "https://github.com/example/shop/actions/runs/5"
    assert "ghs_secret" not in repr(job)


def test_a_job_of_github_knows_its_run_and_repository(tmp_path: Path) -> None:
    """The full ref tells a branch from a tag; who started this attempt is not who started the first."""
    event = tmp_path / "event.json"
    pull = {"number": 7, "head": {"sha": "def"}, "base": {"ref": "main", "sha": "abc"}}
    repository = {"default_branch": "main", "visibility": "internal", "private": True}
    event.write_text(json.dumps({"pull_request": pull, "repository": repository}))
    told = {
        "GITHUB_REF": "refs/tags/main",
        "GITHUB_RUN_ATTEMPT": "3",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_ACTOR": "ann",
        "GITHUB_TRIGGERING_ACTOR": "ben",
        "GITHUB_EVENT_PATH": str(event),
    }
    job = ci_environment({**GITHUB, **told})
    assert (job.ref, job.branch, job.run_id, job.attempt) == ("refs/tags/main", "main", 5, 3)
    assert (job.repository, job.event, job.actor, job.base) == ("example/shop", "pull_request", "ben", "main")
    assert (job.default_branch, job.visibility) == ("main", "internal")
    assert isinstance(job.evidence, GitHubEvidence)
    assert job.evidence.own_run == 5


@pytest.mark.parametrize("text", ["{}", '{"repository": {"private": true}}', '{"pull_request": null}'])
def test_what_an_event_does_not_tell_is_empty(tmp_path: Path, text: str) -> None:
    """That a repository is not public does not tell whether the whole company reads it."""
    event = tmp_path / "event.json"
    event.write_text(text)
    job = ci_environment({**GITHUB, "GITHUB_EVENT_PATH": str(event)})
    assert (job.number, job.base, job.default_branch, job.visibility) == (None, None, "", "")
    assert (job.ref, job.attempt, job.event, job.actor) == ("", 1, "", "")


def test_a_job_for_no_pull_request_says_so() -> None:
    """Where one is needed."""
    job = ci_environment(GITHUB)
    with pytest.raises(UsageError, match="--pull-request"):
        _ = job.pull_request


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITHUB_API_URL", "GITHUB_SHA", "GITHUB_SERVER_URL"])
def test_a_variable_that_is_missing_is_named(name: str) -> None:
    """One that is empty, too, as a secret is that nobody has set."""
    with pytest.raises(UsageError, match=f"{name} is not set"):
        ci_environment({**GITHUB, name: ""})


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pull_request": {"number": "x"}}'])
def test_an_event_that_can_t_be_read_is_told(tmp_path: Path, text: str) -> None:
    """Not taken for a push."""
    event = tmp_path / "event.json"
    event.write_text(text)
    with pytest.raises(UsageError, match="GITHUB_EVENT_PATH"):
        ci_environment({**GITHUB, "GITHUB_EVENT_PATH": str(event)})


def test_a_job_of_gitlab_is_known() -> None:
    """Ours are the notes of whoever the token belongs to."""
    with serve_gitlab() as fake_gitlab:
        told = {
            "CI_PROJECT_ID": PROJECT,
            "CI_API_V4_URL": fake_gitlab.api.url,
            "RECONCILE_GITLAB_NOTE_TOKEN": LAB_TOKEN,
            "RECONCILE_GITLAB_READ_TOKEN": READ_TOKEN,
            "CI_COMMIT_SHA": "abc",
            "CI_MERGE_REQUEST_IID": "3",
            "CI_PROJECT_URL": "https://gitlab.example/shop",
        }
        job = ci_environment(told)
    assert isinstance(job.forge, GitLab)
    assert (job.author, job.pull_request, job.head) == (USER, 3, "abc")
    assert job.blob == "https://gitlab.example/shop/-/blob/abc"


def test_no_job_at_all_is_told() -> None:
    """A person at a terminal reads what is missing."""
    with pytest.raises(UsageError, match="no job of GitHub or GitLab"):
        ci_environment({})


def test_who_started_a_job_is_told_without_a_token() -> None:
    """A run of apply may have none: a login, the request that it is for, and an address are all it takes."""
    lab = {"CI_PROJECT_ID": "7", "GITLAB_USER_LOGIN": "cleo", "CI_MERGE_REQUEST_IID": "12"}
    url = "https://gitlab.example.com/shop/-/jobs/9"
    assert job_provenance({**lab, "CI_JOB_URL": url}) == Provenance("cleo", pull_requests=(12,), run=url)
    assert job_provenance({"GITHUB_REPOSITORY": "example/shop"}) == Provenance()
    assert job_provenance({"CI": "true"}) is None
