"""The environment of a GitHub job: its variables, and the event that started it."""

import json
from collections.abc import Mapping
from pathlib import Path

from reconcile.documents.json_text import JsonValue
from reconcile.errors import UsageError
from reconcile.forge.client import ForgeClient
from reconcile.forge.environment import CiEnvironment, optional_number, required_variable

from .comments import BOT, GitHub


def read_github_environment(environment: Mapping[str, str]) -> CiEnvironment:
    """The environment of a GitHub job. UsageError names the first variable that is missing."""
    repository = required_variable(environment, "GITHUB_REPOSITORY")
    server = required_variable(environment, "GITHUB_SERVER_URL")
    token = required_variable(environment, "GITHUB_TOKEN")
    api = required_variable(environment, "GITHUB_API_URL")
    graphql = environment.get("GITHUB_GRAPHQL_URL") or f"{api}/graphql"
    commit = required_variable(environment, "GITHUB_SHA")
    run = environment.get("GITHUB_RUN_ID", "")
    number, head = _pull_request(environment.get("GITHUB_EVENT_PATH", ""))
    return CiEnvironment(
        forge=GitHub(ForgeClient(api, token), ForgeClient(graphql, token), repository),
        author=BOT,
        commit=commit,
        branch=environment.get("GITHUB_REF_NAME", ""),
        blob=f"{server}/{repository}/blob/{commit}",
        run=f"{server}/{repository}/actions/runs/{run}",
        number=number,
        head=head,
        run_id=optional_number(run),
    )


def _pull_request(event_path: str) -> tuple[int | None, str | None]:
    """The pull request of the event that started the job, and the commit at its head."""
    if not event_path:
        return None, None
    try:
        event = JsonValue(json.loads(Path(event_path).read_bytes()), "the event")
        if not event.has("pull_request"):
            return None, None
        pull_request = event.key("pull_request")
        return pull_request.key("number").count(), pull_request.key("head").key("sha").text()
    except (OSError, ValueError, RecursionError):
        raise UsageError("GITHUB_EVENT_PATH does not name a readable event") from None
