"""GitLab: notes of a merge request, issues, and the plan that its pipeline left.

The endpoints are those of the REST API v4 (GitLab docs: "Notes API", "Issues API", "Merge requests API",
"Jobs API"). GitLab does not tell who edited a note: nothing is decided by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from reconcile.documents.json_text import JsonValue
from reconcile.forge.client import ForgeClient, expect_fields
from reconcile.forge.protocol import Comment, Issue, MergedPullRequest


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

    def edited_by_another(self, comment: Comment) -> bool:  # noqa: ARG002 - see above
        """False: GitLab does not tell."""
        return False

    def login(self) -> str:
        """Whose token this is."""
        answer = self.client.read("/user")
        with expect_fields("GET", "/user"):
            return answer.key("username").text()

    def merged(self, commit: str) -> tuple[MergedPullRequest, ...]:
        """The merge requests whose merge made that commit."""
        path = self._path(f"/repository/commits/{quote(commit, safe='')}/merge_requests")
        return tuple(self.client.rows(path, partial(_merged, commit)))

    def plans(self, merged: MergedPullRequest, workflow: str, artifact: str) -> Iterator[bytes]:
        """The artifact of the job named ``workflow`` in pipelines of the merged head, newest first."""
        path = self._path(f"/merge_requests/{merged.number}/pipelines")
        pipelines = self.client.rows(path, partial(_pipeline, merged.head))
        for pipeline in sorted(pipelines, reverse=True):
            jobs = self._path(f"/pipelines/{pipeline}/jobs")
            for job in list(self.client.rows(jobs, partial(_job, workflow), include_retried="false")):
                yield self.client.download(self._path(f"/jobs/{job}/artifacts"))
        _ = artifact  # a job has one archive on GitLab; its files are named within

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


def _merged(commit: str, row: JsonValue) -> MergedPullRequest | None:
    """The merge request if its merge made the commit: by a merge commit, a squash, or fast-forward."""
    keys = ("merge_commit_sha", "squash_commit_sha", "sha")
    commits = [row.key(key).optional_text() for key in keys if row.has(key)]
    if row.key("state").text() != "merged" or commit not in commits:
        return None
    own = row.key("source_project_id").value == row.key("target_project_id").value
    return MergedPullRequest(
        row.key("iid").count(), row.key("sha").text(), row.key("target_branch").text(), own
    )


def _pipeline(head: str, row: JsonValue) -> int | None:
    """The id of a pipeline that ran for the merge request at that head."""
    wanted = row.key("sha").text() == head and row.key("source").text() == "merge_request_event"
    return row.key("id").count() if wanted else None


def _job(name: str, row: JsonValue) -> int | None:
    """The id of a job of that name that succeeded."""
    wanted = row.key("name").text() == name and row.key("status").text() == "success"
    return row.key("id").count() if wanted else None
