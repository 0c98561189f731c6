"""Where a CI job runs: the forge, the repository, the commit, the pull request, and a link to the run.

GitHub tells it in ``GITHUB_*`` and in the file of the event, GitLab in ``CI_*``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconcile.documents.json_value import JsonValue
from reconcile.errors import UsageError

from .client import ForgeClient
from .github import GitHub
from .gitlab import GitLab

BOT = "github-actions[bot]"
"""Whom the token of a GitHub workflow writes as."""


@dataclass(frozen=True, slots=True)
class CiEnvironment:
    """What the environment tells. ``head`` is the commit at the head of the pull request.

    ``blob`` is the address of the repository's files at the commit, ``run`` that of this run, ``run_id`` its
    number.
    """

    forge: GitHub | GitLab
    author: str
    commit: str
    branch: str
    blob: str
    run: str
    number: int | None = None
    head: str | None = None
    run_id: int | None = None

    @property
    def pull_request(self) -> int:
        """The number of the pull request; UsageError when the job is for none."""
        if self.number is None:
            raise UsageError("this job belongs to no pull request: name it with --pull-request")
        return self.number

    @property
    def github(self) -> GitHub:
        """GitHub, for what is done there alone; UsageError elsewhere."""
        if isinstance(self.forge, GitHub):
            return self.forge
        raise UsageError("this works on GitHub only")


def ci_environment(environment: Mapping[str, str]) -> CiEnvironment:
    """The surroundings of this job. UsageError names the first variable that is missing."""
    if environment.get("GITHUB_REPOSITORY"):
        return _github(environment)
    if environment.get("CI_PROJECT_ID"):
        return _gitlab(environment)
    raise UsageError("this is no job of GitHub or GitLab: neither GITHUB_REPOSITORY nor CI_PROJECT_ID is set")


def _github(environment: Mapping[str, str]) -> CiEnvironment:
    repository, server = (
        _required(environment, "GITHUB_REPOSITORY"),
        _required(environment, "GITHUB_SERVER_URL"),
    )
    token, api = _required(environment, "GITHUB_TOKEN"), _required(environment, "GITHUB_API_URL")
    graphql = environment.get("GITHUB_GRAPHQL_URL") or f"{api}/graphql"
    commit = _required(environment, "GITHUB_SHA")
    run = environment.get("GITHUB_RUN_ID", "")
    number, head = _of_event(environment.get("GITHUB_EVENT_PATH", ""))
    return CiEnvironment(
        forge=GitHub(ForgeClient(api, token), ForgeClient(graphql, token), repository),
        author=BOT,
        commit=commit,
        branch=environment.get("GITHUB_REF_NAME", ""),
        blob=f"{server}/{repository}/blob/{commit}",
        run=f"{server}/{repository}/actions/runs/{run}",
        number=number,
        head=head,
        run_id=_number(run),
    )


def _of_event(path: str) -> tuple[int | None, str | None]:
    """The pull request of the event that started the job, and the commit at its head."""
    if not path:
        return None, None
    try:
        event = JsonValue(json.loads(Path(path).read_bytes()), "the event")
        if not event.has("pull_request"):
            return None, None
        pull = event.key("pull_request")
        return pull.key("number").count(), pull.key("head").key("sha").text()
    except (OSError, ValueError, RecursionError):
        raise UsageError("GITHUB_EVENT_PATH does not name a readable event") from None


def _gitlab(environment: Mapping[str, str]) -> CiEnvironment:
    forge = GitLab(
        ForgeClient(
            _required(environment, "CI_API_V4_URL"), _required(environment, "RECONCILE_GITLAB_TOKEN")
        ),
        _required(environment, "CI_PROJECT_ID"),
    )
    number = _number(environment.get("CI_MERGE_REQUEST_IID", ""))
    commit = _required(environment, "CI_COMMIT_SHA")
    return CiEnvironment(
        forge=forge,
        author=forge.login(),
        commit=commit,
        branch=environment.get("CI_COMMIT_BRANCH", ""),
        blob=f"{environment.get('CI_PROJECT_URL', '')}/-/blob/{commit}",
        run=environment.get("CI_JOB_URL", ""),
        number=number,
        head=None if number is None else commit,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise UsageError(
            f"{name} is not set: this command runs in a CI job, which sets it or must be given it"
        )
    return value
