"""The stand-in for GitLab's runner does what GitLab documents: rehearsals are worth what it is worth."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.forge.fake_gitlab import FakeGitLab, serve_gitlab
from tests.support.forge.git_command import git
from tests.support.forge.gitlab_ci.event import Event
from tests.support.forge.gitlab_ci.runner import GitLabRunner, Pipeline, ProjectVariable

FILE = """\
stages: [make, use, write]
default:
  before_script:
    - greet() { echo "hello $1"; }
.made:
  variables: {NAME: made}
  artifacts: {when: always, paths: [out/]}
make:
  extends: .made
  stage: make
  environment: {name: reading-$NAME, action: access}
  script: ['mkdir out; echo "$SECRET" > out/$NAME', greet "$KEY"]
broken:
  stage: make
  extends: .made
  variables: {NAME: broken}
  script: ['mkdir out; touch out/broken', 'false']
  after_script: ['echo "it ended with $CI_JOB_STATUS"']
use:
  stage: use
  needs: [make]
  script: [cat out/made]
blocked:
  stage: use
  script: [echo never]
write:
  stage: write
  needs: [make]
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
      when: manual
      allow_failure: true
  environment: {name: writing}
  resource_group: one-$CI_COMMIT_BRANCH
  script: [cat out/made, echo "$SECRET"]
"""

VARIABLES = [
    ProjectVariable("SECRET", "reads", "reading-*"),
    ProjectVariable("SECRET", "writes", "writing", protected=True),
    ProjectVariable("KEY", "key", protected=True),
]


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[GitLabRunner]:
    with serve_gitlab() as fake_gitlab:
        git("init", "--quiet", "repository", at=tmp_path)
        (tmp_path / "repository" / ".gitlab-ci.yml").write_text(FILE)
        git("add", ".", at=tmp_path / "repository")
        git("commit", "--quiet", "-m", "Begin", at=tmp_path / "repository")
        yield GitLabRunner(tmp_path / "repository", fake_gitlab, tmp_path / "machines", VARIABLES)


def started(runner: GitLabRunner, event: Event) -> Pipeline:
    pipeline = runner.start(git("rev-parse", "main", at=runner.bare), event)
    assert pipeline
    return pipeline


def test_jobs_run_with_what_they_need_and_wait_for_people(runner: GitLabRunner) -> None:
    """By stages or by ``needs``; a failed job stops those that wait for it, and leaves what it should."""
    pipeline = started(runner, Event("push", "main"))
    assert pipeline.states == {
        "make": "success", "broken": "failed", "use": "success", "blocked": "skipped", "write": "manual",
    }  # fmt: skip
    assert pipeline.logs["make"] == "hello key\n"
    assert pipeline.logs["use"] == "reads\n"
    assert pipeline.logs["broken"].endswith("it ended with failed\n")
    assert set(pipeline.archives) == {"make", "broken"}
    assert runner.resource_groups == []
    assert runner.play(pipeline, "write") == "reads\nwrites\n"
    assert runner.resource_groups == [("one-main", "write")]


def test_a_branch_gets_no_protected_variable(runner: GitLabRunner) -> None:
    """Neither as a branch nor by a merge request, even where its job names the environment."""
    pipeline = started(runner, Event("merge_request_event", "change", number=7))
    assert pipeline.logs["make"] == "hello \n"
    assert "write" not in pipeline.states


def test_a_job_that_is_started_again_replaces_what_it_left(runner: GitLabRunner) -> None:
    """Both stay listed, the older one as retried."""
    pipeline = started(runner, Event("push", "main"))
    runner.retry(pipeline, "make")
    fake_gitlab: FakeGitLab = runner.fake_gitlab
    rows = [row for row in fake_gitlab.jobs if row["name"] == "make"]
    assert [bool(row.get("retried")) for row in rows] == [True, False]
    assert len({row["id"] for row in rows}) == len(rows)
