"""GitLab's pipelines and jobs: what ran for what, what was started again, which jobs began to write.

GitLab docs: "Pipelines API", "Jobs API". A job that is started again is a new job of the same name in the
same pipeline. A run is a pipeline; an attempt is a job, whose number is unique and grows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from reconcile.documents.json_text import JsonValue
from reconcile.errors import ForgeError
from reconcile.forge.client import read_instant, read_optional_instant
from reconcile.model.ci.pull_request import ForgeRun, PullRequest, WritingAttempt

from .project import GitLabProject

REQUEST_EVENT = "merge_request_event"

BRANCH_EVENTS = frozenset({"push", "schedule", "web"})
"""What starts the pipelines of a branch that our file has jobs for."""

WRITING_JOBS = ("apply", "clock")
"""The jobs that write: their names are these words and the target's."""

_ENDED = frozenset({"success", "failed", "canceled"})

_CUT_OFF = frozenset({"failed", "canceled"})

_RUNS_OR_RAN = _ENDED | {"running", "canceling"}

_COMMAND = rb"^[^\r\n]*\$ [^\r\n]*"
"""A line of the log in which GitLab's runner shows a command, right before it runs it."""

_ANY_COMMAND = re.compile(_COMMAND, re.MULTILINE)

_WRITING_COMMAND = re.compile(_COMMAND + rb"\breconcile (?:ci apply|apply --due)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class GitLabPipeline:
    """A pipeline. ``ref`` is a branch, a tag, or the ref of a merge request."""

    id: int
    head: str
    ref: str
    event: str
    status: str
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class GitLabJob:
    """A job of a pipeline. ``kept``: it left an archive that has not been taken away."""

    id: int
    name: str
    status: str
    tag: bool
    kept: bool
    started: datetime | None
    ended: datetime | None

    @property
    def writes(self) -> str:
        """The target that a writing job works on; empty for any other job."""
        word, _, target = self.name.partition(" ")
        return target if word in WRITING_JOBS else ""


@dataclass(frozen=True, slots=True)
class GitLabJobs:
    """The pipelines and jobs of one project."""

    project: GitLabProject

    def of_request(self, pull: PullRequest) -> Iterator[GitLabPipeline]:
        """The pipelines that this merge request started at its head.

        Its ref is no other's, and a pipeline of merged results has another one.
        """
        wanted = (pull.head, REQUEST_EVENT, f"refs/merge-requests/{pull.number}/head")
        rows = self.project.rows(f"/merge_requests/{pull.number}/pipelines", _pipeline)
        return (row for row in rows if (row.head, row.event, row.ref) == wanted)

    def of_branch(self, branch: str, since: datetime) -> Iterator[GitLabPipeline]:
        """The pipelines of a branch of which something changed since then, those that changed last first."""
        params = {"ref": branch, "order_by": "updated_at", "sort": "desc"}
        for row in self.project.rows("/pipelines", _pipeline, **params):
            if row.updated < since:
                return
            if row.ref == branch and row.event in BRANCH_EVENTS:
                yield row

    def started_by(self, pipeline: int) -> str:
        """Who started a pipeline, most often by pushing; empty where GitLab does not tell.

        A list of pipelines does not tell it.
        """
        rest = f"/pipelines/{pipeline}"
        return self.project.once((rest,), lambda: self.project.one(rest, _user))

    def of_pipeline(self, pipeline: int) -> tuple[GitLabJob, ...]:
        """Its jobs, newest first, with those that were started again. None of a tag's pipeline."""
        rest = f"/pipelines/{pipeline}/jobs"
        read = partial(self.project.rows, rest, _job, include_retried="true")
        jobs = self.project.once((rest,), lambda: sorted(read(), key=lambda job: job.id, reverse=True))
        return tuple(job for job in jobs if not job.tag)

    def writing_attempts(self, target: str, branch: str, since: datetime) -> Iterator[WritingAttempt]:
        """The jobs of its pipelines that write for that target and whose command was begun since then."""
        for pipeline in self.of_branch(branch, since):
            for job in self.of_pipeline(pipeline.id):
                begun = job.started if job.writes == target and self._began_to_write(job) else None
                if begun is not None and begun >= since:
                    yield WritingAttempt(pipeline.id, job.id, begun, job.ended)

    def _began_to_write(self, job: GitLabJob) -> bool:
        """False for a job that did not come to its command: its log shows others and not that one.

        Where the log is gone, or shows no command at all, the job is taken to have begun.
        """
        if job.status not in _RUNS_OR_RAN:
            return False
        log = self._log(job.id) if job.status in _CUT_OFF else b""
        return not _ANY_COMMAND.search(log) or _WRITING_COMMAND.search(log) is not None

    def _log(self, job: int) -> bytes:
        try:
            return self.project.client.download(self.project.path(f"/jobs/{job}/trace"))
        except ForgeError:
            return b""


def whole_run(row: GitLabPipeline, jobs: tuple[GitLabJob, ...], *, waiting: bool) -> ForgeRun:
    """A pipeline as a run, with its newest job as its attempt."""
    return ForgeRun(
        id=row.id,
        attempt=max(job.id for job in jobs),
        workflow="",
        event=row.event,
        branch=row.ref,
        head=row.head,
        own=True,
        on_branch=True,
        created=row.created,
        ended=row.status in _ENDED,
        succeeded=row.status == "success",
        waiting=waiting,
    )


def run_of(pipeline: GitLabPipeline, job: GitLabJob, branch: str, actor: str = "") -> ForgeRun:
    """One job of a pipeline as a run of its own: whether it ended well is that job's matter alone."""
    return ForgeRun(
        id=pipeline.id,
        attempt=job.id,
        workflow=job.name,
        event=pipeline.event,
        branch=branch,
        head=pipeline.head,
        own=True,
        on_branch=not job.tag and pipeline.event in BRANCH_EVENTS,
        created=pipeline.created,
        ended=job.status in _ENDED,
        succeeded=job.status == "success",
        actor=actor,
    )


def _user(row: JsonValue) -> str:
    if not row.has("user") or row.key("user").absent:
        return ""
    return row.key("user").key("username").text()


def _pipeline(row: JsonValue) -> GitLabPipeline:
    return GitLabPipeline(
        id=row.key("id").count(),
        head=row.key("sha").text(),
        ref=row.key("ref").text(),
        event=row.key("source").text(),
        status=row.key("status").text(),
        created=read_instant(row.key("created_at")),
        updated=read_instant(row.key("updated_at")),
    )


def _job(row: JsonValue) -> GitLabJob:
    return GitLabJob(
        id=row.key("id").count(),
        name=row.key("name").text(),
        status=row.key("status").text(),
        tag=row.key("tag").flag(),
        kept=row.has("artifacts_file") and not row.key("artifacts_file").absent,
        started=read_optional_instant(row.key("started_at")),
        ended=read_optional_instant(row.key("finished_at")),
    )
