"""GitHub: comments, issues, pull requests of a commit, runs and their artifacts.

The endpoints are those of the REST API, version 2022-11-28 (GitHub docs: "GitHub REST API documentation");
only GraphQL tells who edited a comment last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from reconcile.documents.json_text import JsonValue
from reconcile.errors import UsageError
from reconcile.forge.client import ForgeClient, expect_fields
from reconcile.forge.protocol import Comment, FinishedRun, Forge, Issue, MergedPullRequest

BOT = "github-actions[bot]"
"""The login that the token of a GitHub workflow writes as."""

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9_.-]+", re.ASCII)

_EDITOR = """query($id: ID!) { node(id: $id) { ... on IssueComment {
  author { __typename login } editor { __typename login } } } }"""


@dataclass(frozen=True, slots=True)
class GitHub:
    """One repository, ``owner/name``. ``graphql`` opens the other API, at its own address."""

    client: ForgeClient
    graphql: ForgeClient
    repository: str

    def __post_init__(self) -> None:
        if not _REPOSITORY.fullmatch(self.repository):
            raise UsageError("the repository must be named as owner/name")

    def comments(self, number: int) -> Iterator[Comment]:
        """All comments of a pull request, oldest first."""
        return self.client.rows(self._path(f"/issues/{number}/comments"), _comment)

    def post(self, number: int, body: str) -> Comment:
        """Add a comment to a pull request or an issue."""
        return self.client.add(self._path(f"/issues/{number}/comments"), {"body": body}, _comment)

    def edit(self, number: int, comment: Comment, body: str) -> None:  # noqa: ARG002 - GitLab needs it
        """Replace a comment's text."""
        self.client.write("PATCH", self._path(f"/issues/comments/{comment.id}"), {"body": body})

    def edited_by_another(self, comment: Comment) -> bool:
        """True when somebody other than its author edited the comment last, or nobody can tell."""
        answer = self.graphql.write("POST", "", {"query": _EDITOR, "variables": {"id": comment.node}})
        with expect_fields("POST", "graphql"):
            node = answer.key("data").key("node")
            if node.absent or not node.has("author"):
                return True
            return not node.key("editor").absent and node.key("editor").value != node.key("author").value

    def merged(self, commit: str) -> tuple[MergedPullRequest, ...]:
        """The pull requests whose merge made that commit."""
        path = self._path(f"/commits/{quote(commit, safe='')}/pulls")
        return tuple(self.client.rows(path, partial(self._merged, commit)))

    def _merged(self, commit: str, row: JsonValue) -> MergedPullRequest | None:
        """The pull request whose merge made the commit; None for one that only contains it."""
        if row.key("merged_at").absent or row.key("merge_commit_sha").optional_text() != commit:
            return None
        head, base = row.key("head"), row.key("base")
        return MergedPullRequest(
            row.key("number").count(),
            head.key("sha").text(),
            base.key("ref").text(),
            self._own(head.key("repo")),
        )

    def _own(self, repository: JsonValue) -> bool:
        """True for this repository; a fork that was deleted is null."""
        return not repository.absent and repository.key("full_name").text() == self.repository

    def plans(self, merged: MergedPullRequest, workflow: str, artifact: str) -> Iterator[bytes]:
        """The plan's archives from successful runs of that workflow on the merged head, newest first."""
        for run in self.runs(workflow, head_sha=merged.head, event="pull_request"):
            if run.own and run.succeeded and (run.head, run.event) == (merged.head, "pull_request"):
                yield from self.artifacts(run.id, artifact)

    def runs(self, workflow: str, **filters: str) -> Iterator[FinishedRun]:
        """The runs of a workflow that have ended, newest first. The caller checks what it filters by."""
        path = self._path(f"/actions/workflows/{quote(workflow, safe='')}/runs")
        return self.client.rows(path, self._finished, "workflow_runs", status="completed", **filters)

    def _finished(self, row: JsonValue) -> FinishedRun:
        return FinishedRun(
            id=row.key("id").count(),
            head=row.key("head_sha").text(),
            branch=row.key("head_branch").optional_text() or "",
            event=row.key("event").text(),
            own=self._own(row.key("head_repository")),
            succeeded=row.key("conclusion").optional_text() == "success",
        )

    def artifacts(self, run: int, name: str) -> Iterator[bytes]:
        """The archives of that name that a run left and that are still kept, newest first."""
        path = self._path(f"/actions/runs/{run}/artifacts")
        ids = self.client.rows(path, partial(_kept, name), "artifacts", name=name)
        for artifact in sorted(ids, reverse=True):
            yield self.client.download(self._path(f"/actions/artifacts/{artifact}/zip"))

    def issues(self) -> Iterator[Issue]:
        """All open issues, newest first; pull requests are not among them."""
        return self.client.rows(self._path("/issues"), _issue_alone, state="open")

    def open_issue(self, title: str, body: str) -> Issue:
        """Open an issue."""
        return self.client.add(self._path("/issues"), {"title": title, "body": body}, _issue)

    def change_issue(self, issue: Issue, title: str, body: str, *, closed: bool) -> None:
        """Give an issue another title and body, and close it or leave it open."""
        values = {"title": title, "body": body, "state": "closed" if closed else "open"}
        self.client.write("PATCH", self._path(f"/issues/{issue.number}"), values)

    def _path(self, rest: str) -> str:
        return f"/repos/{self.repository}{rest}"


def _comment(row: JsonValue) -> Comment:
    """A comment; the author of one whose account was deleted is nobody."""
    body = row.key("body").optional_text() or ""
    return Comment(str(row.key("id").count()), _login(row), body, row.key("node_id").text())


def _issue(row: JsonValue) -> Issue:
    return Issue(
        number=row.key("number").count(),
        author=_login(row),
        title=row.key("title").text(),
        body=row.key("body").optional_text() or "",
    )


def _issue_alone(row: JsonValue) -> Issue | None:
    """The issue; None for a pull request, which GitHub lists as one."""
    return None if row.has("pull_request") else _issue(row)


def _login(row: JsonValue) -> str:
    user = row.key("user")
    return "" if user.absent else user.key("login").text()


def _kept(name: str, row: JsonValue) -> int | None:
    """The id of an artifact that has that name and has not expired."""
    kept = row.key("name").text() == name and not row.key("expired").flag()
    return row.key("id").count() if kept else None


def require_github(forge: Forge) -> GitHub:
    """GitHub, for what is done there alone; UsageError for another forge."""
    if isinstance(forge, GitHub):
        return forge
    raise UsageError("this works on GitHub only")
