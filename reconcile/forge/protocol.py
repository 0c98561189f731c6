"""What a Git forge is: pull requests, comments, issues, and the artifacts of runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request (GitLab: a note on a merge request). ``author`` is the login."""

    id: str
    author: str
    body: str = field(repr=False)
    node: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue that is open."""

    number: int
    author: str
    title: str
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MergedPullRequest:
    """A pull request that was merged: the commit at its head, the branch it went to, and where it came from.

    ``own`` is False when its head lay in another repository, a fork.
    """

    number: int
    head: str
    base: str
    own: bool


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run of a workflow that has ended. ``own`` is False when its head lay in a fork."""

    id: int
    head: str
    branch: str
    event: str
    own: bool
    succeeded: bool


class Forge(Protocol):
    """What is asked of a forge: comments of pull requests, issues, and what leads to an approved plan."""

    def comments(self, number: int, /) -> Iterator[Comment]:
        """All comments of a pull request, oldest first."""

    def post(self, number: int, body: str, /) -> Comment:
        """Add a comment."""

    def edit(self, number: int, comment: Comment, body: str, /) -> None:
        """Replace a comment's text."""

    def edited_by_another(self, comment: Comment, /) -> bool:
        """True when somebody other than its author wrote the comment's present text."""

    def merged(self, commit: str, /) -> tuple[MergedPullRequest, ...]:
        """The pull requests whose merge made that commit."""

    def plans(self, merged: MergedPullRequest, workflow: str, artifact: str, /) -> Iterator[bytes]:
        """The archives that successful runs of the plan workflow left for that head, newest first."""

    def issues(self) -> Iterator[Issue]:
        """All open issues, newest first."""

    def open_issue(self, title: str, body: str, /) -> Issue:
        """Open an issue."""

    def change_issue(self, issue: Issue, title: str, body: str, *, closed: bool) -> None:
        """Give an issue another title and body, and close it or leave it open."""
