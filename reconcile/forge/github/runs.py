"""GitHub's runs: of which workflow, for what, and in which attempts a step began to write.

REST API, version 2022-11-28: "Workflow runs", "Workflow jobs". What it does not tell: whether ``head_branch``
is a branch or a tag of that name. ``pull_requests`` of a run lists open ones that match, so it is not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from reconcile.documents.json_text import JsonValue
from reconcile.forge.client import read_instant, read_optional_instant
from reconcile.forge.evidence import KnownAttempts
from reconcile.model.ci.pull_request import ForgeRun, WritingAttempt

from .pull_requests import GitHubPullRequests, first_parent
from .repository import GitHubRepository, LazyRows, login_of

PLANNING = frozenset({"plan.yml", "reconcile-plan.yml"})
"""The workflow that plans a pull request: the caller's file, or the reusable one that it calls."""

WRITING = frozenset({"apply.yml", "drift.yml", "reconcile-apply.yml", "reconcile-clock.yml"})
"""The workflows that write."""

WRITING_STEPS = frozenset({"Apply", "Apply what is due"})
"""The steps that write, by their names in the workflows."""

_RERUN, _LONGEST = timedelta(days=30), timedelta(days=35)
"""A run can be started again within 30 days, and may last, or wait for reviewers, for 35 ("Usage limits")."""

BRANCH_EVENTS = {
    "schedule": _RERUN + timedelta(days=1),
    "push": _RERUN + _LONGEST,
    "workflow_dispatch": _RERUN + _LONGEST,
}
"""What starts the runs of a branch, and how long after it was made a run may still begin to write.

Runs of pull requests tell the same branch when a fork's is so called. A scheduled run waits for nobody.
"""

_MOST_COMMITS = 1_000
"""Maximum number of commits of a branch that are looked through for one that a run was for."""

_NEWEST = 100
"""Members of a page."""

_TARGET = re.compile(r"\(([^(),]*)[^()]*\)$")
"""The first value of a matrix in the name of its job, such as ``apply (shop)``."""


@dataclass(frozen=True, slots=True)
class GitHubRun:
    """A run, the files of its workflow and of those that it calls, and when something of it last changed."""

    run: ForgeRun
    files: frozenset[str]
    updated: datetime


@dataclass(frozen=True, slots=True)
class GitHubRuns:
    """The runs of one repository."""

    repository: GitHubRepository
    pull_requests: GitHubPullRequests

    def of_head(self, head: str) -> tuple[GitHubRun, ...]:
        """The runs that pull requests started at a head, newest first."""
        path, key = self.repository.path("/actions/runs"), "workflow_runs"
        params = {"head_sha": head, "event": "pull_request", "exclude_pull_requests": "true"}
        rows = self.repository.client.rows(path, self._read, key, **params)
        return tuple(row for row in rows if (row.run.head, row.run.event) == (head, "pull_request"))

    def of_branch(self, branch: str, since: datetime) -> Iterator[GitHubRun]:
        """The runs of a branch of which something changed since then, by event, newest first.

        GitHub lists 1,000 at most for each event: of an hourly one, those of six weeks.
        """
        for event, latest in BRANCH_EVENTS.items():
            for row in self._listed(branch, event):
                if row.run.created < since - latest:
                    break
                if row.updated >= since and self._is_of(row.run, branch):
                    yield row

    def trusted(self, number: int, branch: str) -> ForgeRun | None:
        """The run of that number if it is one of the branch; None for one of a tag, a fork, another event."""
        run = self._find(number, branch).run
        return run if self._is_of(run, branch) else None

    def writing_attempts(
        self, target: str, branch: str, since: datetime, known: KnownAttempts
    ) -> Iterator[WritingAttempt]:
        """The attempts of its runs whose writing step for that target was begun since then."""
        for row in self.of_branch(branch, since):
            if row.files & WRITING and not _is_known(row.run, known):
                yield from (attempt for attempt in self._writing(row.run.id, target) if attempt.at >= since)

    def _writing(self, run: int, target: str) -> Iterator[WritingAttempt]:
        """The writing steps of a run that were begun, each once.

        Jobs that are not run again are listed in later attempts, too, with the times of the first.
        """
        path = self.repository.path(f"/actions/runs/{run}/jobs")
        rows = self.repository.client.rows(path, partial(_writing_job, run), "jobs", filter="all")
        first: dict[tuple[str, datetime], WritingAttempt] = {}
        for name, attempt in sorted(rows, key=lambda row: row[1].attempt):
            if target_of(name) in {"", target}:
                first.setdefault((name, attempt.at), attempt)
        yield from first.values()

    def _listed(self, branch: str, event: str) -> LazyRows:
        path, key = self.repository.path("/actions/runs"), "workflow_runs"
        params = {"branch": branch, "event": event, "exclude_pull_requests": "true"}
        return self.repository.once(
            ("runs", branch, event),
            lambda: LazyRows(self.repository.client.rows(path, self._read, key, **params)),
        )

    def _find(self, number: int, branch: str) -> GitHubRun:
        """From the newest runs of the branch, which one request for each event tells, else by itself."""
        listed = (islice(self._listed(branch, event), _NEWEST) for event in BRANCH_EVENTS)
        known = (row for rows in listed for row in rows if row.run.id == number)
        found: GitHubRun | None = next(known, None)
        return found or self.repository.once(
            ("run", str(number)), lambda: self.repository.one(f"/actions/runs/{number}", self._read)
        )

    def _is_of(self, run: ForgeRun, branch: str) -> bool:
        """True for a run that the branch itself started.

        A tag may have the branch's name. A commit that the branch never stood at gives such a run away; one
        at a commit of the branch does not show, but has main's own workflow text, and none of the secrets of
        environments that admit the branch alone. Signatures are the fence.
        """
        named = run.own and run.branch == branch and run.event in BRANCH_EVENTS
        return named and run.on_branch and self._stood_at(branch, run.head)

    def _stood_at(self, branch: str, commit: str) -> bool:
        """True for a commit that was the tip of the branch: its present one, or one of its first parents."""
        key = ("stood", branch)
        tips = self.repository.once(key, lambda: LazyRows(self._tips(branch)))
        return commit in tips

    def _tips(self, branch: str) -> Iterator[str]:
        """The commits that were the tip, newest first."""
        tip = self.pull_requests.tip(branch)
        yield tip
        path = self.repository.path("/commits")
        commits = self.repository.client.rows(path, _commit, sha=tip)
        wanted: str | None = tip
        parents: dict[str, str | None] = {}
        for commit, parent in islice(commits, _MOST_COMMITS):
            parents[commit] = parent
            while wanted in parents:
                wanted = parents.pop(wanted)
                if wanted is None:
                    return
                yield wanted

    def _read(self, row: JsonValue) -> GitHubRun:
        path, _, ref = row.key("path").text().partition("@")
        branch = row.key("head_branch").optional_text() or ""
        called = _called(row)
        on_branch = _is_branch(ref) and all(_is_branch(ref) for path, ref in called if self._is_ours(path))
        run = ForgeRun(
            id=row.key("id").count(),
            attempt=row.key("run_attempt").count(),
            workflow=path,
            event=row.key("event").text(),
            branch=branch,
            head=row.key("head_sha").text(),
            own=self.repository.is_own(row.key("head_repository")),
            on_branch=on_branch,
            created=read_instant(row.key("created_at")),
            ended=row.key("status").optional_text() == "completed",
            succeeded=row.key("conclusion").optional_text() == "success",
            waiting=row.key("status").optional_text() == "waiting",
            # Not triggering_actor, who has merely started it again.
            actor=login_of(row, "actor") if row.has("actor") else "",
        )
        files = frozenset(_file(name) for name in (path, *(path for path, _ in called)))
        return GitHubRun(run, files, read_instant(row.key("updated_at")))

    def _is_ours(self, path: str) -> bool:
        return path.casefold().startswith(f"{self.repository.name}/".casefold())


def _is_known(run: ForgeRun, known: KnownAttempts) -> bool:
    """True for a run that has ended and of which every attempt is known."""
    return run.ended and {(run.id, attempt) for attempt in range(1, run.attempt + 1)} <= known


def _called(row: JsonValue) -> list[tuple[str, str]]:
    """Path and ref of the workflows that a run calls; the ref is empty where GitHub does not tell it."""
    if not row.has("referenced_workflows") or row.key("referenced_workflows").absent:
        return []
    return [
        (called.key("path").text(), (called.key("ref").optional_text() or "") if called.has("ref") else "")
        for called in row.key("referenced_workflows").items()
    ]


def _is_branch(ref: str) -> bool:
    """False for a tag's ref. Where none is told, nothing speaks against a branch."""
    return not ref.startswith("refs/tags/")


def _file(path: str) -> str:
    return path.partition("@")[0].rpartition("/")[2]


def _commit(row: JsonValue) -> tuple[str, str | None]:
    return row.key("sha").text(), first_parent(row)


def _writing_job(run: int, row: JsonValue) -> tuple[str, WritingAttempt] | None:
    """The job's name and its writing step, if it has one that was begun."""
    steps = row.key("steps").items() if row.has("steps") and not row.key("steps").absent else []
    begun = [read_instant(step.key("started_at")) for step in steps if _has_begun(step)]
    if not begun:
        return None
    name = row.key("name").text()
    ended = read_optional_instant(row.key("completed_at"))
    return name, WritingAttempt(run, row.key("run_attempt").count(), min(begun), ended)


def _has_begun(step: JsonValue) -> bool:
    """True for a writing step that runs or ran, to whatever end; a skipped one did not."""
    if step.key("name").text() not in WRITING_STEPS or step.key("conclusion").optional_text() == "skipped":
        return False
    return step.key("status").text() in {"in_progress", "completed"} and not step.key("started_at").absent


def target_of(job: str) -> str:
    """The target that a job of the matrix works on, by its name; empty for a job of no matrix."""
    found = _TARGET.search(job)
    return found[1].strip() if found else ""
