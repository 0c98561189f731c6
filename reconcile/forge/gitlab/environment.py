"""The environment of a GitLab job: its variables."""

from collections.abc import Mapping
from typing import cast

from reconcile.forge.client import ForgeClient
from reconcile.forge.environment import CiEnvironment, optional_number, required_variable
from reconcile.forge.evidence import Evidence

from .comments import GitLab


def read_gitlab_environment(environment: Mapping[str, str]) -> CiEnvironment:
    """The environment of a GitLab job. UsageError names the first variable that is missing."""
    api = required_variable(environment, "CI_API_V4_URL")
    token = required_variable(environment, "RECONCILE_GITLAB_TOKEN")
    forge = GitLab(ForgeClient(api, token), required_variable(environment, "CI_PROJECT_ID"))
    number = optional_number(environment.get("CI_MERGE_REQUEST_IID", ""))
    commit = required_variable(environment, "CI_COMMIT_SHA")
    return CiEnvironment(
        forge=forge,
        evidence=cast("Evidence", None),
        author=forge.login(),
        commit=commit,
        branch=environment.get("CI_COMMIT_BRANCH", ""),
        blob=f"{environment.get('CI_PROJECT_URL', '')}/-/blob/{commit}",
        run=environment.get("CI_JOB_URL", ""),
        number=number,
        head=None if number is None else commit,
    )
