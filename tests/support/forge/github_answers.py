"""What the stand-in for GitHub answers, in the form that GitHub documents, a page at a time."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.forge.github_state import REPOSITORY, Row
from tests.support.forge.history import merge_base
from tests.support.forge.http_server import ForgeCall, ForgeReply

if TYPE_CHECKING:
    from tests.support.forge.fake_github import FakeGitHub

MOST_FOUND = 1_000
"""GitHub lists no more runs than these when it is given something to look for."""

NOT_FOUND = ForgeReply(404, {"message": "Not Found"})

_AT = f"/repos/{REPOSITORY}"

_LEVELS = ("none", "read", "write")

_TALK = "pull-requests issues"
"""Comments of a pull request are comments of an issue: either permission will do."""

Route = tuple[str, str, str, Callable[..., ForgeReply]]
"""Method, path, the permissions of which one is needed, and what answers."""


@dataclass(frozen=True)
class GitHubAnswers:
    """The API of one repository."""

    state: "FakeGitHub"

    def answer(self, call: ForgeCall) -> ForgeReply:
        """Who asks must be known, and have the permission."""
        token = call.headers.get("Authorization", "").removeprefix("Bearer ")
        author = self.state.logins.get(token)
        if author is None:
            return ForgeReply(401, {"message": "Bad credentials"})
        for method, pattern, needs, handler in self._routes():
            found = re.fullmatch(pattern, call.path)
            if found and method == call.method:
                if not self._may(token, needs, "read" if method == "GET" else "write"):
                    return ForgeReply(403, {"message": "Resource not accessible by integration"})
                return handler(call, author, *found.groups())
        return self.state.settings.told(call)

    def _may(self, token: str, needs: str, level: str) -> bool:
        granted = self.state.granted.get(token)
        if granted is None or not needs:
            return True
        levels = [_LEVELS.index(granted.get(name, "none")) for name in needs.split()]
        return max(levels) >= _LEVELS.index(level)

    def _routes(self) -> Iterable[Route]:
        return (*self._talk(), *self._code(), *self._actions())

    def _talk(self) -> Iterable[Route]:
        pulls = "pull-requests"
        return (
            ("GET", f"{_AT}/issues/(\\d+)/comments", _TALK, self._list_comments),
            ("POST", f"{_AT}/issues/(\\d+)/comments", _TALK, self._add_comment),
            ("PATCH", f"{_AT}/issues/comments/(\\d+)", _TALK, self._edit_comment),
            ("GET", f"{_AT}/issues/(\\d+)/events", _TALK, self._list_events),
            ("GET", f"{_AT}/issues", "issues", self._list_issues),
            ("POST", f"{_AT}/issues", "issues", self._add_issue),
            ("PATCH", f"{_AT}/issues/(\\d+)", "issues", self._edit_issue),
            ("GET", f"{_AT}/pulls", pulls, self._list_pulls),
            ("GET", f"{_AT}/pulls/(\\d+)", pulls, self._pull),
            ("GET", f"{_AT}/pulls/(\\d+)/reviews", pulls, self._list_reviews),
            ("GET", f"{_AT}/commits/(\\w+)/pulls", pulls, self._pulls_of_commit),
            ("POST", "/graphql", "", self._who_edited),
        )

    def _code(self) -> Iterable[Route]:
        return (
            ("GET", f"{_AT}/collaborators/([^/]+)/permission", "", self._permission),
            ("GET", f"{_AT}/git/ref/heads/(.+)", "contents", self._ref),
            ("GET", f"{_AT}/commits", "contents", self._list_commits),
            ("GET", f"{_AT}/commits/(\\w+)", "contents", self._commit),
            ("GET", f"{_AT}/compare/(\\w+)\\.\\.\\.(\\w+)", "contents", self._compare),
            ("GET", f"{_AT}/contents/(.+)", "contents", self._contents),
        )

    def _actions(self) -> Iterable[Route]:
        at, needs = f"{_AT}/actions", "actions"
        return (
            ("GET", f"{at}/runs", needs, self._list_runs),
            ("GET", f"{at}/workflows/([\\w.-]+)/runs", needs, self._list_runs),
            ("GET", f"{at}/runs/(\\d+)", needs, self._run),
            ("GET", f"{at}/runs/(\\d+)/jobs", needs, self._list_jobs),
            ("GET", f"{at}/runs/(\\d+)/artifacts", needs, self._list_artifacts),
            ("GET", f"{at}/artifacts", needs, self._list_artifacts),
            ("GET", f"{at}/artifacts/(\\d+)/zip", needs, self._redirect_to_archive),
        )

    def paged(self, call: ForgeCall, rows: list[Row], key: str | None = None) -> ForgeReply:
        """A page of a list, with the link to the next one."""
        page, size = int(call.query.get("page", "1")), self.state.page
        shown = rows[size * (page - 1) : size * page]
        query = "&".join(f"{name}={value}" for name, value in {**call.query, "page": page + 1}.items())
        link = f'<{self.state.api.url}{call.path}?{query}>; rel="next"'
        more = {"Link": link} if len(rows) > size * page else {}
        return ForgeReply(200, {"total_count": len(rows), key: shown} if key else shown, more)

    # Comments and issues.

    def _list_comments(self, call: ForgeCall, _author: str, number: str) -> ForgeReply:
        return self.paged(call, self.state.comments.get(int(number), []))

    def _add_comment(self, call: ForgeCall, author: str, number: str) -> ForgeReply:
        if int(number) in self.state.locked:
            return ForgeReply(403, {"message": "Unable to create comment because issue is locked."})
        refused = _too_long(call)
        return refused or ForgeReply(201, self.state.wrote(int(number), author, call.body["body"]))

    def _edit_comment(self, call: ForgeCall, author: str, number: str) -> ForgeReply:
        rows = [row for rows in self.state.comments.values() for row in rows if row["id"] == int(number)]
        if not rows:
            return NOT_FOUND
        refused = _too_long(call)
        if refused is None:
            self.state.edited(rows[0], author, call.body["body"])
        return refused or ForgeReply(200, rows[0])

    def _who_edited(self, call: ForgeCall, _author: str) -> ForgeReply:
        node = call.body["variables"]["id"]
        rows = [row for rows in self.state.comments.values() for row in rows if row["node_id"] == node]
        if not rows:
            return ForgeReply(200, {"data": {"node": None}})
        editor = self.state.editors.get(node)
        told = {"author": _actor(rows[0]["user"]["login"]), "editor": _actor(editor) if editor else None}
        return ForgeReply(200, {"data": {"node": told}})

    def _list_events(self, call: ForgeCall, _author: str, number: str) -> ForgeReply:
        return self.paged(call, self.state.events.get(int(number), []))

    def _list_issues(self, call: ForgeCall, _author: str) -> ForgeReply:
        rows = [row for row in reversed(self.state.issues) if row["state"] == call.query["state"]]
        return self.paged(call, rows)

    def _add_issue(self, call: ForgeCall, author: str) -> ForgeReply:
        row = {"number": next(self.state.ids), "state": "open", "user": {"login": author}, **call.body}
        self.state.issues.append(row)
        return ForgeReply(201, row)

    def _edit_issue(self, call: ForgeCall, _author: str, number: str) -> ForgeReply:
        row = next(row for row in self.state.issues if row["number"] == int(number))
        row.update(call.body)
        return ForgeReply(200, row)

    # Pull requests and reviews.

    def _pull(self, _call: ForgeCall, _author: str, number: str) -> ForgeReply:
        rows = [row for row in self.state.pulls if row["number"] == int(number)]
        return ForgeReply(200, rows[0]) if rows else NOT_FOUND

    def _list_pulls(self, call: ForgeCall, _author: str) -> ForgeReply:
        """GitHub ignores a ``head`` that does not name the owner."""
        owner, colon, branch = call.query.get("head", "").partition(":")
        rows = [row for row in reversed(self.state.pulls) if not colon or _comes_from(row, owner, branch)]
        state = call.query.get("state", "open")
        return self.paged(call, [row for row in rows if state in {"all", row["state"]}])

    def _pulls_of_commit(self, call: ForgeCall, _author: str, commit: str) -> ForgeReply:
        """For a commit on the default branch the one that brought it, else all of which it is the head."""
        brought = self.state.introduced.get(commit, [])
        merged = [row for row in self.state.pulls if _has_brought(row, commit) or row["number"] in brought]
        heads = [row for row in self.state.pulls if row["head"]["sha"] == commit]
        return self.paged(call, merged or heads)

    def _list_reviews(self, call: ForgeCall, _author: str, number: str) -> ForgeReply:
        return self.paged(call, self.state.reviews.get(int(number), []))

    def _permission(self, _call: ForgeCall, _author: str, login: str) -> ForgeReply:
        permission = self.state.permissions.get(login)
        return ForgeReply(200, {"permission": permission}) if permission else NOT_FOUND

    # Commits.

    def _ref(self, _call: ForgeCall, _author: str, branch: str) -> ForgeReply:
        tip = self.state.history.tip(branch)
        return ForgeReply(200, {"ref": f"refs/heads/{branch}", "object": {"sha": tip}}) if tip else NOT_FOUND

    def _list_commits(self, call: ForgeCall, _author: str) -> ForgeReply:
        commits = self.state.history.commits(call.query["sha"])
        return self.paged(call, [_commit(*commit) for commit in commits]) if commits else NOT_FOUND

    def _commit(self, _call: ForgeCall, _author: str, commit: str) -> ForgeReply:
        commits = self.state.history.commits(commit)
        return ForgeReply(200, _commit(*commits[0])) if commits else NOT_FOUND

    def _compare(self, _call: ForgeCall, _author: str, base: str, head: str) -> ForgeReply:
        found = merge_base(self.state.history, base, head)
        return ForgeReply(200, {"merge_base_commit": {"sha": found}}) if found else NOT_FOUND

    def _contents(self, call: ForgeCall, _author: str, folder: str) -> ForgeReply:
        files = self.state.history.files(call.query["ref"], folder)
        rows = [{"name": name, "type": "dir", "sha": sha} for name, sha in files.items()]
        return ForgeReply(200, rows) if rows else NOT_FOUND

    # Runs and artifacts.

    def _list_runs(self, call: ForgeCall, _author: str, workflow: str | None = None) -> ForgeReply:
        rows = [row for row in self.state.runs if workflow in {None, row["workflow"]}]
        for wanted, key in (("head_sha", "head_sha"), ("event", "event"), ("branch", "head_branch")):
            rows = [row for row in rows if call.query.get(wanted, row[key]) == row[key]]
        rows = [row for row in rows if call.query.get("status", row["status"]) == row["status"]]
        return self.paged(call, rows[:MOST_FOUND], "workflow_runs")

    def _run(self, _call: ForgeCall, _author: str, run: str) -> ForgeReply:
        rows = [row for row in self.state.runs if row["id"] == int(run)]
        return ForgeReply(200, rows[0]) if rows else NOT_FOUND

    def _list_jobs(self, call: ForgeCall, _author: str, run: str) -> ForgeReply:
        rows = [row for row in self.state.jobs if row["run_id"] == int(run)]
        latest = max((row["run_attempt"] for row in rows), default=1)
        if call.query.get("filter") != "all":
            rows = [row for row in rows if row["run_attempt"] == latest]
        return self.paged(call, rows, "jobs")

    def _list_artifacts(self, call: ForgeCall, _author: str, run: str | None = None) -> ForgeReply:
        rows = [row for row in reversed(self.state.artifacts) if run is None or row["run"] == int(run)]
        rows = [row for row in rows if call.query.get("name", row["name"]) == row["name"]]
        return self.paged(call, [self._artifact(row) for row in rows], "artifacts")

    def _artifact(self, row: Row) -> Row:
        run = self.state.run(row["run"])
        told = {"id": run["id"], "head_branch": run["head_branch"], "head_sha": run["head_sha"]}
        return {**row, "expired": self._expired(row), "workflow_run": told}

    def _expired(self, row: Row) -> bool:
        return bool(row["expired"]) or row["expires_at"] <= self.state.time

    def _redirect_to_archive(self, _call: ForgeCall, _author: str, artifact: str) -> ForgeReply:
        rows = [row for row in self.state.artifacts if row["id"] == int(artifact)]
        if not rows or self._expired(rows[0]):
            return ForgeReply(410, {"message": "Artifact has expired"}) if rows else NOT_FOUND
        return ForgeReply(302, b"", {"Location": f"{self.state.blobs.url}/{artifact}.zip?sig=a-signature"})

    def archive(self, call: ForgeCall) -> ForgeReply:
        """The other host, which must never see the token."""
        return ForgeReply(200, self.state.archives[int(call.path.strip("/").removesuffix(".zip"))])


def _comes_from(row: Row, owner: str, branch: str) -> bool:
    repository = row["head"]["repo"]
    name = "" if repository is None else repository["full_name"]
    return name.startswith(f"{owner}/") and row["head"]["ref"] == branch


def _has_brought(row: Row, commit: str) -> bool:
    return row["merged_at"] is not None and row["merge_commit_sha"] == commit


def _commit(sha: str, parents: list[str]) -> Row:
    return {"sha": sha, "parents": [{"sha": parent} for parent in parents]}


def _too_long(call: ForgeCall) -> ForgeReply | None:
    """GitHub takes 65,536 characters; the real one says so with 422."""
    long = len(call.body["body"]) > 65_536
    return ForgeReply(422, {"message": "Validation Failed: body is too long"}) if long else None


def _actor(login: str) -> Row:
    """Whom GraphQL calls by another name and a type."""
    bot = login.endswith("[bot]")
    return {"__typename": "Bot" if bot else "User", "login": login.removesuffix("[bot]")}
