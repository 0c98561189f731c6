"""GitHub: comments of pull requests, and issues.

The endpoints are those of the REST API, version 2022-11-28 (GitHub docs: "GitHub REST API documentation").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.documents.json_text import JsonValue
from reconcile.errors import UsageError
from reconcile.forge.client import ForgeClient
from reconcile.forge.protocol import Comment, Issue
from reconcile.model.ci.pull_request import ANY_WORKFLOW

BOT = ANY_WORKFLOW
"""The login that the token of a GitHub workflow writes as."""

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9_.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class GitHub:
    """One repository, ``owner/name``."""

    client: ForgeClient
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
    return Comment(str(row.key("id").count()), _login(row), body)


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
