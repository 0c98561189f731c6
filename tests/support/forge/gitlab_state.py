"""The state of the stand-in for GitLab: its rows as the API gives them, what people do, what time it is."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

from tests.support.forge.gitlab_issues import GitLabIssues
from tests.support.forge.http_server import ForgeServer

PROJECT, FORK = "42", "77"

USER = "project_42_bot_9f"

LAB_TOKEN = "glpat-the-projects-own-token"
"""Reads and writes whatever a reporter may."""

READ_TOKEN = "glpat-a-token-that-reads"
"""Reads what a developer may."""

REPORTER, DEVELOPER, MAINTAINER = 20, 30, 40

BEGIN = datetime(2026, 11, 23, 9, tzinfo=UTC)

Row = dict[str, Any]


@dataclass
class GitLabState:
    """``now`` is GitLab's time, which a test sets or moves on with ``wait``. ``roles`` are those of members.

    The repository is a real one at ``bare``, or ``tips`` by branch and ``contents`` by commit and path.
    ``pipeline_file`` is what the setting names; empty for the usual file, None where the token is not told.
    """

    roles: dict[str, int] = field(
        default_factory=lambda: {
            "ann": MAINTAINER,
            "ben": DEVELOPER,
            "cat": DEVELOPER,
            "rea": REPORTER,
            USER: DEVELOPER,
        }
    )
    notes: dict[int, list[Row]] = field(default_factory=dict)
    issues: GitLabIssues = field(default_factory=GitLabIssues)
    merge_requests: list[Row] = field(default_factory=list)
    approvers: dict[int, list[str]] = field(default_factory=dict)
    versions: dict[int, list[Row]] = field(default_factory=dict)
    pipelines: list[Row] = field(default_factory=list)
    jobs: list[Row] = field(default_factory=list)
    archives: dict[int, bytes] = field(default_factory=dict)
    logs: dict[int, str] = field(default_factory=dict)
    tips: dict[str, str] = field(default_factory=dict)
    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    bare: Path | None = None
    pipeline_file: str | None = ""
    now: datetime = BEGIN
    ids: Iterator[int] = field(default_factory=lambda: count(501))
    api: ForgeServer = field(init=False)

    @property
    def time(self) -> str:
        """GitLab's time as its API writes it."""
        return self.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.123Z")

    def wait(self, **span: float) -> None:
        """Let time pass: ``wait(minutes=5)``."""
        self.now += timedelta(**span)

    def user(self, login: str) -> Row:
        """Somebody as the API shows them."""
        return {"id": crc32(login.encode()), "username": login}

    def request(self, number: int) -> Row:
        """The row of a merge request."""
        return next(row for row in self.merge_requests if row["iid"] == number)

    def tip(self, branch: str) -> str | None:
        if self.bare is None:
            return self.tips.get(branch)
        return self._git("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").decode().strip() or None

    def content(self, commit: str, path: str) -> bytes | None:
        """A file's content at a commit."""
        if self.bare is None:
            return self.contents.get((commit, path))
        return self._git("show", f"{commit}:{path}") or None

    def merge_base(self, head: str, branch: str) -> str:
        """Where a branch left another."""
        if self.bare is None:
            return self.tips.get(branch, "0" * 40)
        return self._git("merge-base", head, f"refs/heads/{branch}").decode().strip()

    def _git(self, *arguments: str) -> bytes:
        done = subprocess.run(["git", "-C", str(self.bare), *arguments], capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else b""


class GitLabPeople(GitLabState):
    """What people do, and what GitLab notes of it."""

    def wrote(self, number: int, author: str, body: str, *, system: bool = False) -> Row:
        """A note by anybody."""
        row = {"id": next(self.ids), "author": self.user(author), "body": body, "system": system}
        self.notes.setdefault(number, []).append({**row, "created_at": self.time})
        return self.notes[number][-1]

    def opened(
        self, number: int, head: str, *, branch: str = "change", target: str = "main", **other: Any
    ) -> Row:
        """A merge request, by default ann's, from a branch of this project."""
        row: Row = {
            "iid": number,
            "state": "opened",
            "sha": head,
            "source_branch": branch,
            "target_branch": target,
            "author": self.user(other.get("author", "ann")),
            "merge_commit_sha": None,
            "squash_commit_sha": None,
            "source_project_id": other.get("source", int(PROJECT)),
            "target_project_id": int(PROJECT),
            "created_at": self.time,
            "merged_at": None,
            "closed_at": None,
            "diff_refs": {"base_sha": other.get("left") or self.merge_base(head, target), "head_sha": head},
        }
        self.merge_requests.append(row)
        self._version(number, head)
        return row

    def pushed(self, number: int, head: str) -> None:
        """Another head; whoever approved before goes on being listed, as without "remove all approvals"."""
        row = self.request(number)
        left = self.merge_base(head, row["target_branch"])
        row.update(sha=head, diff_refs={"base_sha": left, "head_sha": head})
        self._version(number, head)

    def _version(self, number: int, head: str) -> None:
        row = {"id": next(self.ids), "head_commit_sha": head, "created_at": self.time}
        self.versions.setdefault(number, []).insert(0, row)

    def approved(self, number: int, by: str = "ben") -> None:
        """Somebody approves the head."""
        self.approvers.setdefault(number, []).append(by)
        self.wrote(number, by, "approved this merge request", system=True)

    def unapproved(self, number: int, by: str = "ben") -> None:
        """Somebody takes that back."""
        self.approvers[number].remove(by)
        self.wrote(number, by, "unapproved this merge request", system=True)

    def retargeted(self, number: int, target: str) -> None:
        """Somebody lets it go to another branch."""
        row = self.request(number)
        self.wrote(
            number, "ann", f"changed target branch from `{row['target_branch']}` to `{target}`", system=True
        )
        row["target_branch"] = target

    def merged(self, number: int, head: str, commit: str, *, source: int = int(PROJECT)) -> None:
        """A merge request that was merged as that commit."""
        known = [row for row in self.merge_requests if row["iid"] == number]
        row = known[0] if known else self.opened(number, head, source=source)
        row.update(state="merged", sha=head, merge_commit_sha=commit, merged_at=self.time)

    # What pipelines do.

    def began(
        self, commit: str, ref: str, source: str, number: int | None = None, by: str | None = None
    ) -> int:
        """A pipeline begins, which somebody has started; its number."""
        row: Row = {
            "id": next(self.ids),
            "sha": commit,
            "ref": ref,
            "source": source,
            "iid": number,
            "user": self.user(by) if by else None,
            "status": "running",
            "created_at": self.time,
            "updated_at": self.time,
        }
        self.pipelines.insert(0, row)
        return int(row["id"])

    def ended(self, pipeline: int, status: str) -> None:
        """Nothing of it runs any more."""
        row = next(row for row in self.pipelines if row["id"] == pipeline)
        row.update(status=status, updated_at=self.time)

    def job_began(self, pipeline: int, name: str, status: str = "running", *, tag: bool = False) -> int:
        """A job begins, or waits for somebody (``manual``); its number. One that waited begins as it is."""
        for waiting in self.jobs:
            if (waiting["pipeline"]["id"], waiting["name"], waiting["status"]) == (pipeline, name, "manual"):
                waiting.update(status=status, started_at=self.time)
                return int(waiting["id"])
        row: Row = {"id": next(self.ids), "name": name, "status": status, "pipeline": {"id": pipeline}}
        started = None if status == "manual" else self.time
        for other in self.jobs:
            if (other["pipeline"]["id"], other["name"]) == (pipeline, name):
                other["retried"] = True
        self.jobs.append(
            {**row, "tag": tag, "started_at": started, "finished_at": None, "created_at": self.time}
        )
        return int(row["id"])

    def job_ended(self, job: int, status: str, archive: bytes | None, log: str = "") -> None:
        """A job ends, and has uploaded its archive."""
        row = next(row for row in self.jobs if row["id"] == job)
        row.update(status=status, finished_at=self.time)
        self.logs[job] = log
        if archive is not None:
            self.archives[job] = archive
            row["artifacts_file"] = {"filename": "artifacts.zip", "size": len(archive)}
