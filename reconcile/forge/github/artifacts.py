"""GitHub's artifacts: who left them, and what is in them (REST API: "Artifacts").

An artifact's name is unique within a run, unless an upload overwrites it; so each attempt N ends the name
with ``-N``. The forge's time of an artifact is that of the upload.
"""

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import takewhile

from reconcile.documents.json_text import JsonValue
from reconcile.forge.client import read_instant
from reconcile.model.ci.pull_request import ForgeArtifact, ForgeRun, PullRequest

from .repository import GitHubRepository
from .runs import PLANNING, GitHubRuns

_MOST_ATTEMPTS = 50
"""Maximum number of attempts of a run ("Re-running workflows and jobs")."""

_GAP = 2
"""Attempts that left nothing, one after the other, before no later one is asked for."""


@dataclass(frozen=True, slots=True)
class GitHubArtifacts:
    """The artifacts of one repository. ``own_run`` is the run that asks."""

    repository: GitHubRepository
    runs: GitHubRuns
    own_run: int | None = None

    def of_pull_request(self, pull: PullRequest, name: str) -> Iterator[ForgeArtifact]:
        """The artifacts of that name that runs of the planning workflow for its head left, newest first."""
        found: list[ForgeArtifact] = []
        for row in self.runs.of_head(pull.head):
            ready = row.run.ended or row.run.id == self.own_run
            if row.run.own and ready and row.files & PLANNING:
                found += self._of_run(row.run, name)
        return iter(sorted(found, key=_newest, reverse=True))

    def of_branch(self, name: str, branch: str, since: datetime) -> Iterator[ForgeArtifact]:
        """The artifacts of that name that runs on a branch left since then, newest first.

        GitHub finds artifacts by their whole name only, hence one list for each attempt; the lists end where
        two attempts one after the other have left nothing.
        """
        lists: list[Iterator[ForgeArtifact]] = []
        empty = 0
        for attempt in range(1, _MOST_ATTEMPTS + 1):
            artifacts = self._named(f"{name}-{attempt}", branch, since)
            first = next(artifacts, None)
            empty = empty + 1 if first is None else 0
            if empty == _GAP:
                break
            if first is not None:
                lists.append(_with_first(first, artifacts))
        return heapq.merge(*lists, key=_newest, reverse=True)

    def download(self, artifact: ForgeArtifact) -> bytes:
        """The archive of an artifact."""
        return self.repository.client.download(self.repository.path(f"/actions/artifacts/{artifact.id}/zip"))

    def _of_run(self, run: ForgeRun, name: str) -> list[ForgeArtifact]:
        path = self.repository.path(f"/actions/runs/{run.id}/artifacts")
        rows = self.repository.once(
            ("artifacts", str(run.id)), lambda: list(self.repository.client.rows(path, _kept, "artifacts"))
        )
        form = re.compile(rf"{re.escape(name)}(-[0-9]+)?", re.ASCII)
        return [_artifact(row, run) for row in rows if form.fullmatch(row.name)]

    def _named(self, name: str, branch: str, since: datetime) -> Iterator[ForgeArtifact]:
        """Those of exactly that name, newest first, as GitHub lists them."""
        path = self.repository.path("/actions/artifacts")
        rows = self.repository.client.rows(path, partial(_kept, name=name), "artifacts", name=name)
        for row in takewhile(lambda row: row.created >= since, rows):
            run = self.runs.trusted(row.run, branch) if row.branch == branch else None
            if run is not None:
                yield _artifact(row, run)


@dataclass(frozen=True, slots=True)
class _KeptArtifact:
    """What GitHub tells of an artifact: the number of its run, and the branch or tag that the run was for."""

    number: int
    name: str
    run: int
    branch: str
    created: datetime


def _kept(row: JsonValue, name: str | None = None) -> _KeptArtifact | None:
    """An artifact; None when it has expired, tells no run or no time, or is not called ``name``."""
    told = row.key("workflow_run")
    if row.key("expired").flag() or told.absent or row.key("created_at").absent:
        return None
    kept = _KeptArtifact(
        number=row.key("id").count(),
        name=row.key("name").text(),
        run=told.key("id").count(),
        branch=told.key("head_branch").optional_text() or "",
        created=read_instant(row.key("created_at")),
    )
    return kept if kept.name == (name or kept.name) else None


def _artifact(row: _KeptArtifact, run: ForgeRun) -> ForgeArtifact:
    """The artifact with its run in the attempt that its name tells."""
    number = row.name.rpartition("-")[2]
    attempt = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else run.attempt
    return ForgeArtifact(row.number, row.name, replace(run, attempt=attempt), row.created)


def _with_first(first: ForgeArtifact, others: Iterator[ForgeArtifact]) -> Iterator[ForgeArtifact]:
    yield first
    yield from others


def _newest(artifact: ForgeArtifact) -> tuple[datetime, int]:
    return artifact.created, artifact.id
