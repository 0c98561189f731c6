"""The environment of a GitHub job: its variables, and the event that started it.

GitHub docs: "Variables reference" (default environment variables), "Webhook events and payloads".
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from reconcile.documents.json_text import JsonValue
from reconcile.errors import UsageError
from reconcile.forge.client import ForgeClient
from reconcile.forge.environment import CiEnvironment, optional_number, required_variable
from reconcile.model.record import Provenance

from .comments import BOT, GitHub
from .evidence import GitHubEvidence
from .repository import GitHubRepository

Part = TypeVar("Part")


def read_github_environment(environment: Mapping[str, str]) -> CiEnvironment:
    """The environment of a GitHub job. UsageError names the first variable that is missing."""
    repository = required_variable(environment, "GITHUB_REPOSITORY")
    server = required_variable(environment, "GITHUB_SERVER_URL")
    client = ForgeClient(
        required_variable(environment, "GITHUB_API_URL"), required_variable(environment, "GITHUB_TOKEN")
    )
    commit = required_variable(environment, "GITHUB_SHA")
    run = environment.get("GITHUB_RUN_ID", "")
    event = _read_event(environment.get("GITHUB_EVENT_PATH", ""))
    return CiEnvironment(
        forge=GitHub(client, repository),
        evidence=GitHubEvidence(GitHubRepository(client, repository), optional_number(run)),
        author=BOT,
        commit=commit,
        branch=environment.get("GITHUB_REF_NAME", ""),
        blob=f"{server}/{repository}/blob/{commit}",
        run=f"{server}/{repository}/actions/runs/{run}",
        number=event.number,
        head=event.head,
        run_id=optional_number(run),
        attempt=optional_number(environment.get("GITHUB_RUN_ATTEMPT", "")) or 1,
        ref=environment.get("GITHUB_REF", ""),
        repository=repository,
        event=environment.get("GITHUB_EVENT_NAME", ""),
        actor=environment.get("GITHUB_TRIGGERING_ACTOR") or environment.get("GITHUB_ACTOR", ""),
        base=event.base,
        default_branch=event.default_branch,
        visibility=event.visibility,
    )


_PULL_REQUEST_REF = re.compile(r"refs/pull/([0-9]{1,12})/(?:merge|head)", re.ASCII)


def read_github_provenance(environment: Mapping[str, str]) -> Provenance:
    """Who started this attempt of a GitHub job, for which pull request, and the address of its run."""
    server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    run = optional_number(environment.get("GITHUB_RUN_ID", ""))
    pull_request = _PULL_REQUEST_REF.fullmatch(environment.get("GITHUB_REF", ""))
    return Provenance(
        actor=environment.get("GITHUB_TRIGGERING_ACTOR") or environment.get("GITHUB_ACTOR", ""),
        pull_requests=(int(pull_request[1]),) if pull_request else (),
        run=f"{server}/{repository}/actions/runs/{run}" if server and run else None,
    )


@dataclass(frozen=True, slots=True)
class GitHubEvent:
    """What the event tells of its pull request, if it has one, and of the repository."""

    number: int | None = None
    head: str | None = None
    base: str | None = None
    default_branch: str = ""
    visibility: str = ""


def _read_event(path: str) -> GitHubEvent:
    if not path:
        return GitHubEvent()
    try:
        event = JsonValue(json.loads(Path(path).read_bytes()), "the event")
        number, head, base = _part(event, "pull_request", _pull_request) or (None, None, None)
        branch, visibility = _part(event, "repository", _repository) or ("", "")
    except (OSError, ValueError, RecursionError):
        raise UsageError("GITHUB_EVENT_PATH does not name a readable event") from None
    return GitHubEvent(number, head, base, branch, visibility)


def _part(event: JsonValue, name: str, read: Callable[[JsonValue], Part]) -> Part | None:
    """One part of the event, as ``read`` gives it; None for an event without it."""
    return read(event.key(name)) if event.has(name) and not event.key(name).absent else None


def _pull_request(row: JsonValue) -> tuple[int, str, str | None]:
    base = row.key("base").key("ref").text() if row.has("base") and row.key("base").has("ref") else None
    return row.key("number").count(), row.key("head").key("sha").text(), base


def _repository(row: JsonValue) -> tuple[str, str]:
    """The default branch and the visibility. ``private`` alone would not tell internal from private."""
    names = ("default_branch", "visibility")
    branch, visibility = (row.key(name).optional_text() or "" if row.has(name) else "" for name in names)
    return branch, visibility
