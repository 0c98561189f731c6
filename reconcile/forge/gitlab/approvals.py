"""GitLab's approvals: who approved which head, when, and whether they may write.

GitLab docs: "Merge request approvals API", "Merge requests API" (diff versions), "Project members API". Not
every version of GitLab tells the time of an approval there; the note that it writes of it always does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from reconcile.documents.json_text import JsonValue
from reconcile.forge.client import read_instant
from reconcile.model.ci.pull_request import PullRequest, Review, ReviewState

from .merge_requests import GitLabMergeRequests, SystemNote
from .project import GitLabProject

_STATES = {
    "approved this merge request": ReviewState.APPROVED,
    "unapproved this merge request": ReviewState.DISMISSED,
    "requested changes": ReviewState.CHANGES_REQUESTED,
}
"""The notes of GitLab's ``SystemNotes::MergeRequestsService``."""

_DEVELOPER = 30
"""The access level from which on somebody may push ("Members API", roles)."""


@dataclass(frozen=True, slots=True)
class DiffVersion:
    """What a push made of a merge request: its head, and when GitLab saw it."""

    head: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GitLabApprovals:
    """The approvals of one project's merge requests."""

    project: GitLabProject
    merge_requests: GitLabMergeRequests

    def of(self, pull: PullRequest) -> tuple[Review, ...]:
        """What people said, oldest first. An approval that GitLab no longer lists is dismissed.

        It is for the head of the newest version that GitLab had then. GitLab sees a push a moment after it:
        an approval in between counts for the head before, which is the one that was looked at.
        """
        versions = self._versions(pull.number)
        standing = self.project.one(f"/merge_requests/{pull.number}/approvals", _approvers)
        return tuple(
            self._review(note, state, _head_at(versions, note.at), standing)
            for note in self.merge_requests.system_notes(pull.number)
            if (state := _STATES.get(note.body.strip())) is not None
        )

    def _review(self, note: SystemNote, state: ReviewState, head: str, standing: frozenset[str]) -> Review:
        withdrawn = state is ReviewState.APPROVED and note.author not in standing
        return Review(
            author=note.author,
            commit=head,
            state=ReviewState.DISMISSED if withdrawn else state,
            at=note.at,
            may_write=self._may_write(note.author_id),
        )

    def _versions(self, number: int) -> tuple[DiffVersion, ...]:
        rows = self.project.rows(f"/merge_requests/{number}/versions", _version)
        return tuple(sorted(rows, key=lambda version: version.at))

    def _may_write(self, user: int | None) -> bool:
        """False for somebody who is no member, directly or by a group."""
        if user is None:
            return False
        return self.project.once(("may-write", str(user)), partial(self._is_developer, user))

    def _is_developer(self, user: int) -> bool:
        read = self.project.one_or_none(f"/members/all/{user}", lambda row: row.key("access_level").count())
        return read is not None and read >= _DEVELOPER


def _version(row: JsonValue) -> DiffVersion:
    return DiffVersion(row.key("head_commit_sha").text(), read_instant(row.key("created_at")))


def _approvers(row: JsonValue) -> frozenset[str]:
    entries: Iterator[JsonValue] = iter(row.key("approved_by").items())
    return frozenset(entry.key("user").key("username").text() for entry in entries)


def _head_at(versions: tuple[DiffVersion, ...], instant: datetime) -> str:
    """The head that a merge request had then; empty before its first version."""
    return next((version.head for version in reversed(versions) if version.at <= instant), "")
