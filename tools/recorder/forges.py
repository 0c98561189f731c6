"""Stand-ins for GitHub and GitLab: one repository with a pull request that was planned and merged."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from .stand_in import Call, Reply

REPOSITORY, PROJECT = "example/shop", "42"
HEAD, COMMIT = "a" * 40, "c" * 40
BOT = "github-actions[bot]"
PAGE = 2

Row = dict[str, Any]
Routes = tuple[tuple[str, str, Callable[..., Reply]], ...]


@dataclass
class Forge:
    """What both have: comments and issues that are written, and archives that runs have left.

    `archives` are files by the name of the artifact. `others` stand as comments before ours.
    """

    archives: Mapping[str, Mapping[str, bytes]]
    others: int = 0
    issues: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ids = count(1001)
        self.comments: list[Row] = []
        for number in range(self.others):
            self.comment("somebody", f"remark {number}")

    def comment(self, author: str, body: str) -> Row:
        """A comment by anybody, in the form of both forges."""
        number = next(self.ids)
        who = {"user": {"login": author, "type": "User"}, "author": {"username": author}, "system": False}
        self.comments.append({"id": number, "node_id": f"IC_{number}", "body": body, **who})
        return self.comments[-1]

    def edit(self, number: str, body: str) -> Reply:
        """Replace the text of a comment."""
        row = next(row for row in self.comments if row["id"] == int(number))
        row["body"] = body
        return Reply(200, row)

    def archive(self, name: str) -> Reply:
        """The files of an artifact."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as opened:
            for file, content in self.archives[name].items():
                opened.writestr(zipfile.ZipInfo(file), content)
        return Reply(200, buffer.getvalue())


def answered(call: Call, routes: Routes) -> Reply:
    """What the first route that matches says."""
    for method, pattern, handler in routes:
        found = re.fullmatch(pattern, call.path)
        if found and method == call.method:
            return handler(call, *found.groups())
    return Reply(404, {"message": "Not Found"})


def paged(call: Call, rows: list[Row], key: str | None = None) -> Reply:
    """A page of a list, with a link to the next one."""
    page = int(call.query.get("page", "1"))
    shown = rows[PAGE * (page - 1) : PAGE * page]
    query = "&".join(f"{name}={value}" for name, value in {**call.query, "page": page + 1}.items())
    more = {"Link": f'<{call.base}{call.path}?{query}>; rel="next"'} if len(rows) > PAGE * page else {}
    return Reply(200, {"total_count": len(rows), key: shown} if key else shown, more)


def hub(forge: Forge) -> Callable[[Call], Reply]:
    """GitHub."""
    at = f"/repos/{REPOSITORY}"
    pull = {
        "number": 7,
        "merged_at": "2026-11-23T09:00:00Z",
        "merge_commit_sha": COMMIT,
        "base": {"ref": "main"},
    }
    pull["head"] = {"sha": HEAD, "ref": "change", "repo": {"full_name": REPOSITORY}}
    routes: Routes = (
        ("GET", f"{at}/issues/7/comments", lambda call: paged(call, forge.comments)),
        ("POST", f"{at}/issues/7/comments", lambda call: Reply(201, forge.comment(BOT, call.body["body"]))),
        ("PATCH", f"{at}/issues/comments/(\\d+)", lambda call, number: forge.edit(number, call.body["body"])),
        ("POST", "/graphql", lambda _: Reply(200, {"data": {"node": {"author": None, "editor": None}}})),
        ("GET", f"{at}/commits/{COMMIT}/pulls", lambda call: paged(call, [pull])),
        (
            "GET",
            f"{at}/actions/workflows/([\\w.-]+)/runs",
            lambda call, name: paged(call, [_run(name)], "workflow_runs"),
        ),
        (
            "GET",
            f"{at}/actions/runs/\\d+/artifacts",
            lambda call: paged(call, _artifacts(forge, call), "artifacts"),
        ),
        (
            "GET",
            f"{at}/actions/artifacts/(\\d+)/zip",
            lambda _, number: forge.archive(sorted(forge.archives)[int(number)]),
        ),
        (
            "GET",
            f"{at}/issues",
            lambda call: paged(call, [row for row in forge.issues if row["state"] == "open"]),
        ),
        ("POST", f"{at}/issues", lambda call: _issue(forge, call)),
        ("PATCH", f"{at}/issues/(\\d+)", lambda call, _: _changed(forge, call)),
    )
    return lambda call: answered(call, routes)


def _run(workflow: str) -> Row:
    """A good run of a workflow: that of the pull request, or one on the main branch."""
    planned = workflow == "plan.yml"
    whose = {"head_sha": HEAD if planned else COMMIT, "head_branch": "change" if planned else "main"}
    how = {"status": "completed", "conclusion": "success", "event": "pull_request" if planned else "push"}
    return {"id": 501 if planned else 502, **whose, **how, "head_repository": {"full_name": REPOSITORY}}


def _artifacts(forge: Forge, call: Call) -> list[Row]:
    rows = [
        {"id": number, "name": name, "expired": False} for number, name in enumerate(sorted(forge.archives))
    ]
    return [row for row in rows if row["name"] == call.query.get("name")]


def _issue(forge: Forge, call: Call) -> Reply:
    forge.issues.append({"number": next(forge.ids), "state": "open", "user": {"login": BOT}, **call.body})
    return Reply(201, forge.issues[-1])


def _changed(forge: Forge, call: Call) -> Reply:
    forge.issues[-1].update(call.body)
    return Reply(200, forge.issues[-1])


def lab(forge: Forge) -> Callable[[Call], Reply]:
    """GitLab."""
    at = f"/projects/{PROJECT}"
    request = {
        "iid": 7,
        "state": "merged",
        "sha": HEAD,
        "merge_commit_sha": COMMIT,
        "squash_commit_sha": None,
    }
    request |= {"target_branch": "main", "source_project_id": 42, "target_project_id": 42}
    pipeline = {"id": 501, "sha": HEAD, "source": "merge_request_event"}
    routes: Routes = (
        ("GET", "/user", lambda _: Reply(200, {"username": BOT})),
        ("GET", f"{at}/merge_requests/7/notes", lambda call: paged(call, forge.comments)),
        (
            "POST",
            f"{at}/merge_requests/7/notes",
            lambda call: Reply(201, forge.comment(BOT, call.body["body"])),
        ),
        (
            "PUT",
            f"{at}/merge_requests/7/notes/(\\d+)",
            lambda call, number: forge.edit(number, call.body["body"]),
        ),
        ("GET", f"{at}/repository/commits/{COMMIT}/merge_requests", lambda _: Reply(200, [request])),
        ("GET", f"{at}/merge_requests/7/pipelines", lambda _: Reply(200, [pipeline])),
        (
            "GET",
            f"{at}/pipelines/501/jobs",
            lambda _: Reply(200, [{"id": 601, "name": "plan", "status": "success"}]),
        ),
        ("GET", f"{at}/jobs/601/artifacts", lambda _: forge.archive("reconcile-plan")),
    )
    return lambda call: answered(call, routes)
