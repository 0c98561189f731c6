"""GitLab: notes of a merge request, the plan that its pipeline left, and the job it runs.

The endpoints are those of the REST API v4 (GitLab docs: "Notes API", "Merge requests API", "Jobs API").
GitLab does not tell who edited a note. A note names a plan's digest, which is compared with the plan itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from reconcile.documents.json_text import JsonValue

from .client import ForgeClient, expect_fields
from .environment import CiEnvironment, optional_number, required_variable
from .protocol import Comment, MergedPullRequest


@dataclass(frozen=True, slots=True)
class GitLab:
    """One project, by its id or full path."""

    client: ForgeClient
    project: str

    def comments(self, number: int) -> Iterator[Comment]:
        """All notes of a merge request that people or tokens wrote, oldest first."""
        path = self._path(f"/merge_requests/{number}/notes")
        for row in self.client.pages(path, sort="asc", order_by="created_at"):
            with expect_fields("GET", path):
                if not row.key("system").flag():
                    yield _note(row)

    def post(self, number: int, body: str) -> Comment:
        """Add a note."""
        path = self._path(f"/merge_requests/{number}/notes")
        answer = self.client.write("POST", path, {"body": body})
        with expect_fields("POST", path):
            return _note(answer)

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
        with expect_fields("GET", path):
            rows = [row for row in self.client.pages(path) if _is_merge_of(row, commit)]
            return tuple(map(_merged, rows))

    def plans(self, merged: MergedPullRequest, workflow: str, artifact: str) -> Iterator[bytes]:
        """The artifact of the job named ``workflow`` in pipelines of the merged head, newest first."""
        path = self._path(f"/merge_requests/{merged.number}/pipelines")
        with expect_fields("GET", path):
            pipelines = [row for row in self.client.pages(path) if _for_head(row, merged)]
            ids = sorted((row.key("id").count() for row in pipelines), reverse=True)
        for pipeline in ids:
            for job in self._jobs(pipeline, workflow):
                yield self.client.download(self._path(f"/jobs/{job}/artifacts"))
        _ = artifact  # a job has one archive on GitLab; its files are named within

    def _jobs(self, pipeline: int, name: str) -> list[int]:
        path = self._path(f"/pipelines/{pipeline}/jobs")
        with expect_fields("GET", path):
            rows = self.client.pages(path, include_retried="false")
            return [row.key("id").count() for row in rows if _done(row, name)]

    def _path(self, rest: str) -> str:
        return f"/projects/{quote(self.project, safe='')}{rest}"


def _note(row: JsonValue) -> Comment:
    return Comment(
        str(row.key("id").count()), row.key("author").key("username").text(), row.key("body").text()
    )


def _is_merge_of(row: JsonValue, commit: str) -> bool:
    """True when its merge made the commit: by a merge commit, a squash, or fast-forward."""
    keys = ("merge_commit_sha", "squash_commit_sha", "sha")
    commits = [row.key(key).optional_text() for key in keys if row.has(key)]
    return row.key("state").text() == "merged" and commit in commits


def _merged(row: JsonValue) -> MergedPullRequest:
    own = row.key("source_project_id").value == row.key("target_project_id").value
    return MergedPullRequest(
        row.key("iid").count(), row.key("sha").text(), row.key("target_branch").text(), own
    )


def _for_head(row: JsonValue, merged: MergedPullRequest) -> bool:
    return row.key("sha").text() == merged.head and row.key("source").text() == "merge_request_event"


def _done(row: JsonValue, name: str) -> bool:
    return row.key("name").text() == name and row.key("status").text() == "success"


def read_gitlab_environment(environment: Mapping[str, str]) -> CiEnvironment:
    """The environment of a GitLab job. UsageError names the first variable that is missing."""
    api = required_variable(environment, "CI_API_V4_URL")
    token = required_variable(environment, "RECONCILE_GITLAB_TOKEN")
    forge = GitLab(ForgeClient(api, token), required_variable(environment, "CI_PROJECT_ID"))
    number = optional_number(environment.get("CI_MERGE_REQUEST_IID", ""))
    commit = required_variable(environment, "CI_COMMIT_SHA")
    return CiEnvironment(
        forge=forge,
        author=forge.login(),
        commit=commit,
        branch=environment.get("CI_COMMIT_BRANCH", ""),
        blob=f"{environment.get('CI_PROJECT_URL', '')}/-/blob/{commit}",
        run=environment.get("CI_JOB_URL", ""),
        number=number,
        head=None if number is None else commit,
    )
