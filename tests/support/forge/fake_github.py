"""A stand-in for GitHub: one repository with its comments, issues, pull requests, runs and artifacts.

It answers the few endpoints that are used, in the form that GitHub documents, two members a page.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.support.forge.fake_settings import FakeSettings
from tests.support.forge.http_server import ForgeCall, ForgeReply, ForgeServer, serve_forge

REPOSITORY = "example/shop"

BOT = "github-actions[bot]"

TOKEN = "ghs_the-bots-own-token"

PAGE = 2

Row = dict[str, Any]


@dataclass
class FakeGitHub:
    """The repository's state, and who holds which token."""

    logins: dict[str, str] = field(default_factory=lambda: {TOKEN: BOT})
    comments: dict[int, list[Row]] = field(default_factory=dict)
    editors: dict[str, str] = field(default_factory=dict)
    issues: list[Row] = field(default_factory=list)
    pulls: list[Row] = field(default_factory=list)
    runs: list[Row] = field(default_factory=list)
    artifacts: list[Row] = field(default_factory=list)
    archives: dict[int, bytes] = field(default_factory=dict)
    settings: FakeSettings = field(default_factory=lambda: FakeSettings(workflows={TOKEN}))
    ids: Iterator[int] = field(default_factory=lambda: count(1001))
    api: ForgeServer = field(init=False)
    blobs: ForgeServer = field(init=False)

    # What people and workflows do.

    def merged(self, number: int, head: str, commit: str, base: str = "main", repo: str = REPOSITORY) -> None:
        """A pull request that was merged as that commit."""
        told = {"sha": head, "ref": "change", "repo": {"full_name": repo}}
        self.pulls.append(
            {
                "number": number,
                "merged_at": "2026-11-23T09:00:00Z",
                "merge_commit_sha": commit,
                "head": told,
                "base": {"ref": base},
            }
        )

    def ran(self, workflow: str, head: str, *, event: str = "pull_request", **other: Any) -> int:
        """A run of a workflow; by default a good one for a branch of this repository."""
        run = {
            "id": next(self.ids),
            "workflow": workflow,
            "head_sha": head,
            "event": event,
            "head_branch": "change",
            "status": "completed",
            "conclusion": "success",
            "head_repository": {"full_name": REPOSITORY},
        }
        self.runs.insert(0, {**run, **other})
        return int(run["id"])

    def left(self, run: int, name: str, files: dict[str, bytes], *, expired: bool = False) -> None:
        """An artifact that a run left."""
        row = {"id": next(self.ids), "name": name, "expired": expired, "run": run}
        self.artifacts.append(row)
        self.archives[row["id"]] = zipped(files)

    def wrote(self, number: int, author: str, body: str) -> Row:
        """A comment by anybody."""
        number_of = next(self.ids)
        user = {"login": author, "type": "Bot" if author.endswith("[bot]") else "User"}
        row = {"id": number_of, "node_id": f"IC_{number_of}", "user": user, "body": body}
        self.comments.setdefault(number, []).append(row)
        return row

    def edited(self, row: Row, editor: str, body: str) -> None:
        """A comment's text replaced by anybody."""
        row["body"] = body
        self.editors[row["node_id"]] = editor

    # What the server answers.

    def answer(self, call: ForgeCall) -> ForgeReply:
        author = self.logins.get(call.headers.get("Authorization", "").removeprefix("Bearer "))
        if author is None:
            return ForgeReply(401, {"message": "Bad credentials"})
        for method, pattern, handler in self._routes():
            found = re.fullmatch(pattern, call.path)
            if found and method == call.method:
                return handler(call, author, *found.groups())
        return self.settings.answer(call)

    def _routes(self) -> Iterable[tuple[str, str, Callable[..., ForgeReply]]]:
        at = f"/repos/{REPOSITORY}"
        return (
            ("GET", f"{at}/issues/(\\d+)/comments", self._list_comments),
            ("POST", f"{at}/issues/(\\d+)/comments", self._add_comment),
            ("PATCH", f"{at}/issues/comments/(\\d+)", self._edit_comment),
            ("GET", f"{at}/commits/(\\w+)/pulls", self._list_pulls),
            ("GET", f"{at}/actions/workflows/([\\w.-]+)/runs", self._list_runs),
            ("GET", f"{at}/actions/runs/(\\d+)/artifacts", self._list_artifacts),
            ("GET", f"{at}/actions/artifacts/(\\d+)/zip", self._redirect_to_archive),
            ("GET", f"{at}/issues", self._list_issues),
            ("POST", f"{at}/issues", self._add_issue),
            ("PATCH", f"{at}/issues/(\\d+)", self._edit_issue),
            ("POST", "/graphql", self._who_edited),
        )

    def paged(self, call: ForgeCall, rows: list[Row], key: str | None = None) -> ForgeReply:
        """A page of a list, with the link to the next one."""
        page = int(call.query.get("page", "1"))
        shown = rows[PAGE * (page - 1) : PAGE * page]
        query = "&".join(f"{name}={value}" for name, value in {**call.query, "page": page + 1}.items())
        more = {"Link": f'<{self.api.url}{call.path}?{query}>; rel="next"'} if len(rows) > PAGE * page else {}
        return ForgeReply(200, {"total_count": len(rows), key: shown} if key else shown, more)

    def _list_comments(self, call: ForgeCall, _author: str, number: str) -> ForgeReply:
        return self.paged(call, self.comments.get(int(number), []))

    def _add_comment(self, call: ForgeCall, author: str, number: str) -> ForgeReply:
        refused = _too_long(call)
        return refused or ForgeReply(201, self.wrote(int(number), author, call.body["body"]))

    def _edit_comment(self, call: ForgeCall, author: str, number: str) -> ForgeReply:
        rows = [row for rows in self.comments.values() for row in rows if row["id"] == int(number)]
        if not rows:
            return ForgeReply(404, {"message": "Not Found"})
        refused = _too_long(call)
        if refused is None:
            self.edited(rows[0], author, call.body["body"])
        return refused or ForgeReply(200, rows[0])

    def _who_edited(self, call: ForgeCall, _author: str) -> ForgeReply:
        node = call.body["variables"]["id"]
        rows = [row for rows in self.comments.values() for row in rows if row["node_id"] == node]
        if not rows:
            return ForgeReply(200, {"data": {"node": None}})
        editor = self.editors.get(node)
        told = {"author": _actor(rows[0]["user"]["login"]), "editor": _actor(editor) if editor else None}
        return ForgeReply(200, {"data": {"node": told}})

    def _list_pulls(self, call: ForgeCall, _author: str, commit: str) -> ForgeReply:
        return self.paged(call, [row for row in self.pulls if row["merge_commit_sha"] == commit])

    def _list_runs(self, call: ForgeCall, _author: str, workflow: str) -> ForgeReply:
        rows = [row for row in self.runs if row["workflow"] == workflow]
        for wanted, key in (("head_sha", "head_sha"), ("event", "event"), ("branch", "head_branch")):
            rows = [row for row in rows if call.query.get(wanted, row[key]) == row[key]]
        rows = [row for row in rows if call.query.get("status", row["status"]) == row["status"]]
        return self.paged(call, rows, "workflow_runs")

    def _list_artifacts(self, call: ForgeCall, _author: str, run: str) -> ForgeReply:
        rows = [row for row in self.artifacts if row["run"] == int(run) and row["name"] == call.query["name"]]
        return self.paged(call, rows, "artifacts")

    def _redirect_to_archive(self, _call: ForgeCall, _author: str, artifact: str) -> ForgeReply:
        return ForgeReply(302, b"", {"Location": f"{self.blobs.url}/{artifact}.zip?sig=a-signature"})

    def archive(self, call: ForgeCall) -> ForgeReply:
        """The other host, which must never see the token."""
        return ForgeReply(200, self.archives[int(call.path.strip("/").removesuffix(".zip"))])

    def _list_issues(self, call: ForgeCall, _author: str) -> ForgeReply:
        return self.paged(call, [row for row in reversed(self.issues) if row["state"] == call.query["state"]])

    def _add_issue(self, call: ForgeCall, author: str) -> ForgeReply:
        self.issues.append(
            {"number": next(self.ids), "state": "open", "user": {"login": author}, **call.body}
        )
        return ForgeReply(201, self.issues[-1])

    def _edit_issue(self, call: ForgeCall, _author: str, number: str) -> ForgeReply:
        row = next(row for row in self.issues if row["number"] == int(number))
        row.update(call.body)
        return ForgeReply(200, row)


def _too_long(call: ForgeCall) -> ForgeReply | None:
    """GitHub takes 65,536 characters; the real one says so with 422."""
    long = len(call.body["body"]) > 65_536
    return ForgeReply(422, {"message": "Validation Failed: body is too long"}) if long else None


def _actor(login: str) -> Row:
    """Whom GraphQL calls by another name and a type."""
    bot = login.endswith("[bot]")
    return {"__typename": "Bot" if bot else "User", "login": login.removesuffix("[bot]")}


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@contextmanager
def serve_github() -> Iterator[FakeGitHub]:
    """A stand-in that serves until the block ends."""
    fake_github = FakeGitHub()
    with (
        serve_forge(fake_github.answer) as fake_github.api,
        serve_forge(fake_github.archive) as fake_github.blobs,
    ):
        yield fake_github
