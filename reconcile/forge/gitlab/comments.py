"""GitLab: notes of a merge request, and issues.

The endpoints are those of the REST API v4 (GitLab docs: "Notes API", "Issues API").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from reconcile.documents.json_text import JsonValue
from reconcile.forge.client import ForgeClient, expect_fields
from reconcile.forge.protocol import Comment, Issue


@dataclass(frozen=True, slots=True)
class GitLab:
    """One project, by its id or full path."""

    client: ForgeClient
    project: str

    def comments(self, number: int) -> Iterator[Comment]:
        """All notes of a merge request that people or tokens wrote, oldest first."""
        path = self._path(f"/merge_requests/{number}/notes")
        return self.client.rows(path, _written_note, sort="asc", order_by="created_at")

    def post(self, number: int, body: str) -> Comment:
        """Add a note."""
        return self.client.add(self._path(f"/merge_requests/{number}/notes"), {"body": body}, _note)

    def edit(self, number: int, comment: Comment, body: str) -> None:
        """Replace a note's text."""
        path = self._path(f"/merge_requests/{number}/notes/{comment.id}")
        self.client.write("PUT", path, {"body": body})

    def login(self) -> str:
        """Whose token this is."""
        answer = self.client.read("/user")
        with expect_fields("GET", "/user"):
            return answer.key("username").text()

    def issues(self) -> Iterator[Issue]:
        """All open issues, newest first."""
        return self.client.rows(self._path("/issues"), _issue, state="opened", order_by="created_at")

    def open_issue(self, title: str, body: str) -> Issue:
        """Open an issue."""
        return self.client.add(self._path("/issues"), {"title": title, "description": body}, _issue)

    def change_issue(self, issue: Issue, title: str, body: str, *, closed: bool) -> None:
        """Give an issue another title and body, and close it or leave it open."""
        values = {"title": title, "description": body, **({"state_event": "close"} if closed else {})}
        self.client.write("PUT", self._path(f"/issues/{issue.number}"), values)

    def _path(self, rest: str) -> str:
        return f"/projects/{quote(self.project, safe='')}{rest}"


def _note(row: JsonValue) -> Comment:
    return Comment(
        str(row.key("id").count()), row.key("author").key("username").text(), row.key("body").text()
    )


def _issue(row: JsonValue) -> Issue:
    return Issue(
        number=row.key("iid").count(),
        author=row.key("author").key("username").text(),
        title=row.key("title").text(),
        body=row.key("description").optional_text() or "",
    )


def _written_note(row: JsonValue) -> Comment | None:
    """The note; None for one that GitLab itself added."""
    return None if row.key("system").flag() else _note(row)
