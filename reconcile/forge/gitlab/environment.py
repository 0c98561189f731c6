"""The environment of a GitLab job: its variables.

GitLab docs: "Predefined CI/CD variables". A job has no number of its attempt: its own number grows with each.
"""

from collections.abc import Mapping

from reconcile.forge.client import ForgeClient
from reconcile.forge.environment import CiEnvironment, optional_number, required_variable
from reconcile.model.record import Provenance

from .comments import GitLab
from .evidence import GitLabEvidence
from .project import GitLabProject

NOTE_TOKEN, READ_TOKEN = "RECONCILE_GITLAB_NOTE_TOKEN", "RECONCILE_GITLAB_READ_TOKEN"
"""The variables with the token that writes notes and the issue, and with the one that reads."""


def read_gitlab_environment(environment: Mapping[str, str]) -> CiEnvironment:
    """The environment of a GitLab job. UsageError names the first variable that is missing."""
    api = required_variable(environment, "CI_API_V4_URL")
    project = required_variable(environment, "CI_PROJECT_ID")
    forge = GitLab(ForgeClient(api, required_variable(environment, NOTE_TOKEN)), project)
    reading = GitLabProject(ForgeClient(api, required_variable(environment, READ_TOKEN)), project)
    pipeline = optional_number(environment.get("CI_PIPELINE_ID", ""))
    number = optional_number(environment.get("CI_MERGE_REQUEST_IID", ""))
    commit = required_variable(environment, "CI_COMMIT_SHA")
    url, branch = environment.get("CI_PROJECT_URL", ""), environment.get("CI_COMMIT_BRANCH", "")
    return CiEnvironment(
        forge=forge,
        evidence=GitLabEvidence(reading),
        author=forge.login(),
        commit=commit,
        branch=branch,
        blob=f"{url}/-/blob/{commit}",
        run=environment.get("CI_JOB_URL", ""),
        number=number,
        head=None if number is None else commit,
        run_id=pipeline,
        attempt=optional_number(environment.get("CI_JOB_ID", "")) or 1,
        ref=_ref(environment),
        repository=environment.get("CI_PROJECT_PATH", ""),
        event=environment.get("CI_PIPELINE_SOURCE", ""),
        actor=environment.get("GITLAB_USER_LOGIN", ""),
        base=environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME") or None,
        default_branch=environment.get("CI_DEFAULT_BRANCH", ""),
        visibility=environment.get("CI_PROJECT_VISIBILITY", ""),
    )


def read_gitlab_provenance(environment: Mapping[str, str]) -> Provenance:
    """Who started a GitLab job, for which merge request, and its address."""
    number = optional_number(environment.get("CI_MERGE_REQUEST_IID", ""))
    return Provenance(
        actor=environment.get("GITLAB_USER_LOGIN", ""),
        pull_requests=() if number is None else (number,),
        run=environment.get("CI_JOB_URL") or None,
    )


def _ref(environment: Mapping[str, str]) -> str:
    """The full name of what the job runs for; GitLab tells a branch and a tag by different variables."""
    for name, start in (("CI_COMMIT_BRANCH", "refs/heads/"), ("CI_COMMIT_TAG", "refs/tags/")):
        if environment.get(name):
            return f"{start}{environment[name]}"
    return environment.get("CI_MERGE_REQUEST_REF_PATH", "")
