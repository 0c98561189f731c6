"""A stand-in for GitLab: one project with merge requests, approvals, pipelines, jobs and what they left.

It answers the few endpoints that are used, in the form that GitLab documents, two members a page.
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from tests.support.forge.fake_github import zipped
from tests.support.forge.gitlab_state import (
    DEVELOPER,
    LAB_TOKEN,
    PROJECT,
    READ_TOKEN,
    USER,
    GitLabPeople,
    Row,
)
from tests.support.forge.http_server import ForgeCall, ForgeReply, serve_forge

__all__ = ["LAB_TOKEN", "PROJECT", "READ_TOKEN", "USER", "FakeGitLab", "Row", "serve_gitlab"]

PAGE = 2

NOT_FOUND = ForgeReply(404, {"message": "404 Not found"})


class FakeGitLab(GitLabPeople):
    """The project as its API tells it."""

    def planned(self, number: int, head: str, files: dict[str, bytes], status: str = "success") -> None:
        """A pipeline of a merge request whose job ``plan`` left an artifact."""
        pipeline = self.began(head, f"refs/merge-requests/{number}/head", "merge_request_event", number)
        self.job_ended(self.job_began(pipeline, "plan"), status, zipped(files))
        self.ended(pipeline, status)

    def answer(self, call: ForgeCall) -> ForgeReply:
        token = call.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in (LAB_TOKEN, READ_TOKEN):
            return ForgeReply(401, {"message": "401 Unauthorized"})
        if token == READ_TOKEN and call.method != "GET":
            return ForgeReply(403, {"error": "insufficient_scope"})
        for method, pattern, handler in self._routes():
            found = re.fullmatch(pattern, call.path.removeprefix(f"/projects/{PROJECT}"))
            if found and method == call.method:
                return handler(call, *found.groups())
        return NOT_FOUND

    def _routes(self) -> Iterable[tuple[str, str, Callable[..., ForgeReply]]]:
        return (
            ("GET", "/user", lambda _: ForgeReply(200, self.user(USER))),
            ("GET", "", self._project),
            ("GET", "/merge_requests/(\\d+)/notes", self._list_notes),
            ("POST", "/merge_requests/(\\d+)/notes", self._add_note),
            ("PUT", "/merge_requests/(\\d+)/notes/(\\d+)", self._edit_note),
            ("GET", "/merge_requests/(\\d+)/pipelines", self._list_request_pipelines),
            ("GET", "/merge_requests/(\\d+)/approvals", self._list_approvals),
            ("GET", "/merge_requests/(\\d+)/versions", self._list_versions),
            ("GET", "/merge_requests/(\\d+)", self._merge_request),
            ("GET", "/merge_requests", self._list_of_branch),
            ("GET", "/repository/commits/(\\w+)/merge_requests", self._list_of_commit),
            ("GET", "/repository/branches/(.+)", self._branch),
            ("GET", "/repository/files/(.+)", self._file),
            ("GET", "/members/all/(\\d+)", self._member),
            ("GET", "/pipelines", self._list_pipelines),
            ("GET", "/pipelines/(\\d+)", self._pipeline),
            ("GET", "/pipelines/(\\d+)/jobs", self._list_jobs),
            ("GET", "/jobs/(\\d+)/artifacts", self._archive),
            ("GET", "/jobs/(\\d+)/trace", self._log),
            ("GET", "/issues", lambda call: self.paged(call, self.issues.listed(call))),
            ("POST", "/issues", self._add_issue),
            ("PUT", "/issues/(\\d+)", lambda call, number: self.issues.changed(call, int(number))),
        )

    def paged(self, call: ForgeCall, rows: list[Row]) -> ForgeReply:
        """A page of a list, with the link to the next one."""
        page = int(call.query.get("page", "1"))
        query = "&".join(f"{name}={value}" for name, value in {**call.query, "page": page + 1}.items())
        more = f'<{self.api.url}{call.path}?{query}>; rel="next"'
        shown = rows[PAGE * page - PAGE : PAGE * page]
        return ForgeReply(200, shown, {"Link": more} if len(rows) > PAGE * page else {})

    def _project(self, _call: ForgeCall) -> ForgeReply:
        told = {} if self.pipeline_file is None else {"ci_config_path": self.pipeline_file}
        return ForgeReply(200, {"id": int(PROJECT), **told})

    def _list_notes(self, call: ForgeCall, number: str) -> ForgeReply:
        return self.paged(call, self.notes.get(int(number), []))

    def _add_note(self, call: ForgeCall, number: str) -> ForgeReply:
        return ForgeReply(201, self.wrote(int(number), USER, call.body["body"]))

    def _edit_note(self, call: ForgeCall, number: str, note: str) -> ForgeReply:
        row = next(row for row in self.notes[int(number)] if row["id"] == int(note))
        row["body"] = call.body["body"]
        return ForgeReply(200, row)

    def _merge_request(self, _call: ForgeCall, number: str) -> ForgeReply:
        found = [row for row in self.merge_requests if row["iid"] == int(number)]
        return ForgeReply(200, found[0]) if found else NOT_FOUND

    def _list_of_branch(self, call: ForgeCall) -> ForgeReply:
        branch = call.query["source_branch"]
        return self.paged(call, [row for row in self.merge_requests if row["source_branch"] == branch])

    def _list_of_commit(self, call: ForgeCall, commit: str) -> ForgeReply:
        keys = ("merge_commit_sha", "squash_commit_sha", "sha")
        rows = [row for row in self.merge_requests if commit in [row[key] for key in keys]]
        return self.paged(call, rows)

    def _list_approvals(self, _call: ForgeCall, number: str) -> ForgeReply:
        approvers = self.approvers.get(int(number), [])
        return ForgeReply(200, {"approved_by": [{"user": self.user(login)} for login in approvers]})

    def _list_versions(self, call: ForgeCall, number: str) -> ForgeReply:
        return self.paged(call, self.versions.get(int(number), []))

    def _branch(self, _call: ForgeCall, branch: str) -> ForgeReply:
        tip = self.tip(branch)
        return ForgeReply(200, {"name": branch, "commit": {"id": tip}}) if tip else NOT_FOUND

    def _file(self, call: ForgeCall, path: str) -> ForgeReply:
        content = self.content(call.query["ref"], path)
        if content is None:
            return NOT_FOUND
        return ForgeReply(200, {"file_path": path, "content": base64.b64encode(content).decode()})

    def _member(self, _call: ForgeCall, user: str) -> ForgeReply:
        found = [login for login in self.roles if self.user(login)["id"] == int(user)]
        if not found:
            return NOT_FOUND
        return ForgeReply(200, {**self.user(found[0]), "access_level": self.roles[found[0]]})

    def _list_request_pipelines(self, call: ForgeCall, number: str) -> ForgeReply:
        return self.paged(call, _listed(row for row in self.pipelines if row["iid"] == int(number)))

    def _list_pipelines(self, call: ForgeCall) -> ForgeReply:
        rows = [row for row in self.pipelines if row["ref"] == call.query["ref"]]
        return self.paged(call, _listed(sorted(rows, key=lambda row: str(row["updated_at"]), reverse=True)))

    def _pipeline(self, _call: ForgeCall, pipeline: str) -> ForgeReply:
        return ForgeReply(200, next(row for row in self.pipelines if row["id"] == int(pipeline)))

    def _list_jobs(self, call: ForgeCall, pipeline: str) -> ForgeReply:
        rows = [row for row in reversed(self.jobs) if row["pipeline"]["id"] == int(pipeline)]
        if call.query.get("include_retried") != "true":
            rows = [row for row in rows if not row.get("retried")]
        return self.paged(call, rows)

    def _archive(self, call: ForgeCall, job: str) -> ForgeReply:
        """What a job left is there for developers and for whoever has their token."""
        token = call.headers["Authorization"].removeprefix("Bearer ")
        if token == LAB_TOKEN and self.roles[USER] < DEVELOPER:
            return ForgeReply(403, {"message": "403 Forbidden"})
        archive = self.archives.get(int(job))
        return NOT_FOUND if archive is None else ForgeReply(200, archive)

    def _log(self, _call: ForgeCall, job: str) -> ForgeReply:
        return ForgeReply(200, self.logs.get(int(job), "").encode())

    def _add_issue(self, call: ForgeCall) -> ForgeReply:
        return ForgeReply(201, self.issues.opened(USER, call.body["title"], call.body["description"]))


@contextmanager
def serve_gitlab() -> Iterator[FakeGitLab]:
    """A stand-in that serves until the block ends."""
    fake_gitlab = FakeGitLab()
    with serve_forge(fake_gitlab.answer) as fake_gitlab.api:
        yield fake_gitlab


def _listed(pipelines: Iterable[Row]) -> list[Row]:
    """A list of pipelines does not tell who started them."""
    return [{key: value for key, value in row.items() if key != "user"} for row in pipelines]
