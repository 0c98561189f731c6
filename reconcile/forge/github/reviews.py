"""GitHub's reviews, and whether the reviewer may write.

REST API, version 2022-11-28: "Pull request reviews", "Collaborators".
"""

from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from reconcile.documents.json_text import JsonValue
from reconcile.errors import ForgeError
from reconcile.forge.client import read_instant
from reconcile.model.ci.pull_request import PullRequest, Review, ReviewState

from .repository import GitHubRepository, login_of

_STATES = {
    "APPROVED": ReviewState.APPROVED,
    "CHANGES_REQUESTED": ReviewState.CHANGES_REQUESTED,
    "COMMENTED": ReviewState.COMMENTED,
    "DISMISSED": ReviewState.DISMISSED,
}

_WEIGHTY = {ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED}

_MAY_WRITE = {"admin", "write"}
"""The API tells maintainers as ``write`` and those who triage as ``read``."""

_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class GitHubReviews:
    """The reviews of one repository's pull requests."""

    repository: GitHubRepository

    def of(self, pull: PullRequest) -> tuple[Review, ...]:
        """All that were sent, oldest first.

        Only for who approves or asks for changes is asked whether they may write; the others get False.
        """
        path = self.repository.path(f"/pulls/{pull.number}/reviews")
        reviews = list(self.repository.client.rows(path, self._read))
        return tuple(sorted(reviews, key=lambda review: review.at))

    def _read(self, row: JsonValue) -> Review | None:
        """The review; None for one that is not sent yet, which GitHub shows to its author alone."""
        state = _STATES.get(row.key("state").text())
        if state is None:
            return None
        author = login_of(row)
        return Review(
            author=author,
            commit=row.key("commit_id").optional_text() or "",
            state=state,
            at=read_instant(row.key("submitted_at")),
            may_write=state in _WEIGHTY and self._may_write(author),
        )

    def _may_write(self, login: str) -> bool:
        if not login:
            return False
        return self.repository.once(("may-write", login), partial(self._permission, login))

    def _permission(self, login: str) -> bool:
        """False for somebody whom the repository does not know, as it is for apps."""
        try:
            return self.repository.one(
                f"/collaborators/{quote(login, safe='')}/permission",
                lambda row: row.key("permission").text() in _MAY_WRITE,
            )
        except ForgeError as error:
            if error.status == _NOT_FOUND:
                return False
            raise
