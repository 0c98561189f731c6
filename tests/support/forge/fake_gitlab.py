"""A stand-in for GitLab: one project with merge requests, notes, pipelines, jobs and their artifacts."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.support.forge.fake_github import zipped
from tests.support.forge.gitlab_issues import GitLabIssues
from tests.support.forge.http_server import ForgeCall, ForgeReply, ForgeServer, serve_forge

PROJECT = "42"

USER = "project_42_bot_9f"

LAB_TOKEN = "glpat-the-projects-own-token"

Row = dict[str, Any]


@dataclass
class FakeGitLab:
    """The project's state."""

    notes: dict[int, list[Row]] = field(default_factory=dict)
    merge_requests: list[Row] = field(default_factory=list)
    pipelines: list[Row] = field(default_factory=list)
    jobs: list[Row] = field(default_factory=list)
    issues: GitLabIssues = field(default_factory=GitLabIssues)
    ids: Iterator[int] = field(default_factory=lambda: count(501))
    api: ForgeServer = field(init=False)

    def wrote(self, number: int, author: str, body: str, *, system: bool = False) -> Row:
        """A note by anybody."""
        row = {"id": next(self.ids), "author": {"username": author}, "body": body, "system": system}
        self.notes.setdefault(number, []).append(row)
        return row

    def merged(self, number: int, head: str, commit: str, *, source: int = 42) -> None:
        """A merge request that was merged as that commit."""
        self.merge_requests.append(
            {
                "iid": number,
                "state": "merged",
                "sha": head,
                "merge_commit_sha": commit,
                "squash_commit_sha": None,
                "target_branch": "main",
                "source_project_id": source,
                "target_project_id": 42,
            }
        )

    def planned(self, number: int, head: str, files: dict[str, bytes], status: str = "success") -> None:
        """A pipeline of a merge request whose job ``plan`` left an artifact."""
        pipeline = {"id": next(self.ids), "sha": head, "source": "merge_request_event", "iid": number}
        self.pipelines.insert(0, pipeline)
        job = {"id": next(self.ids), "name": "plan", "status": status, "pipeline": pipeline["id"]}
        self.jobs.append({**job, "archive": zipped(files)})

    def answer(self, call: ForgeCall) -> ForgeReply:
        if call.headers.get("Authorization") != f"Bearer {LAB_TOKEN}":
            return ForgeReply(401, {"message": "401 Unauthorized"})
        for method, pattern, handler in self._routes():
            found = re.fullmatch(pattern, call.path)
            if found and method == call.method:
                return handler(call, *map(int, found.groups()))
        found = re.fullmatch(f"/projects/{PROJECT}/repository/commits/(\\w+)/merge_requests", call.path)
        return (
            ForgeReply(200, self.merge_requests) if found else ForgeReply(404, {"message": "404 Not found"})
        )

    def _routes(self) -> Iterable[tuple[str, str, Callable[..., ForgeReply]]]:
        at = f"/projects/{PROJECT}"
        return (
            ("GET", "/user", lambda _: ForgeReply(200, {"username": USER})),
            ("GET", f"{at}/merge_requests/(\\d+)/notes", self._list_notes),
            ("POST", f"{at}/merge_requests/(\\d+)/notes", self._add_note),
            ("PUT", f"{at}/merge_requests/(\\d+)/notes/(\\d+)", self._edit_note),
            ("GET", f"{at}/issues", lambda call: self._paged(call, self.issues.listed(call))),
            ("POST", f"{at}/issues", self._add_issue),
            ("PUT", f"{at}/issues/(\\d+)", self.issues.changed),
            ("GET", f"{at}/merge_requests/(\\d+)/pipelines", self._list_pipelines),
            ("GET", f"{at}/pipelines/(\\d+)/jobs", self._list_jobs),
            ("GET", f"{at}/jobs/(\\d+)/artifacts", self._archive),
        )

    def _list_notes(self, call: ForgeCall, number: int) -> ForgeReply:
        return self._paged(call, self.notes.get(number, []))

    def _paged(self, call: ForgeCall, rows: list[Row]) -> ForgeReply:
        """A page of a list, with the link to the next one."""
        page = int(call.query.get("page", "1"))
        query = "&".join(f"{name}={value}" for name, value in {**call.query, "page": page + 1}.items())
        more = f'<{self.api.url}{call.path}?{query}>; rel="next"'
        return ForgeReply(200, rows[2 * page - 2 : 2 * page], {"Link": more} if len(rows) > 2 * page else {})

    def _add_issue(self, call: ForgeCall) -> ForgeReply:
        return ForgeReply(201, self.issues.opened(USER, call.body["title"], call.body["description"]))

    def _add_note(self, call: ForgeCall, number: int) -> ForgeReply:
        return ForgeReply(201, self.wrote(number, USER, call.body["body"]))

    def _edit_note(self, call: ForgeCall, number: int, note: int) -> ForgeReply:
        row = next(row for row in self.notes[number] if row["id"] == note)
        row["body"] = call.body["body"]
        return ForgeReply(200, row)

    def _list_pipelines(self, _call: ForgeCall, number: int) -> ForgeReply:
        return ForgeReply(200, [row for row in self.pipelines if row["iid"] == number])

    def _list_jobs(self, _call: ForgeCall, pipeline: int) -> ForgeReply:
        told = [{**job, "archive": None} for job in self.jobs if job["pipeline"] == pipeline]
        return ForgeReply(200, told)

    def _archive(self, _call: ForgeCall, job: int) -> ForgeReply:
        return ForgeReply(200, next(row["archive"] for row in self.jobs if row["id"] == job))


@contextmanager
def serve_gitlab() -> Iterator[FakeGitLab]:
    """A stand-in that serves until the block ends."""
    fake_gitlab = FakeGitLab()
    with serve_forge(fake_gitlab.answer) as fake_gitlab.api:
        yield fake_gitlab
