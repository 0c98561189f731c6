"""What people read in a Git forge: comments of pull requests, and issues."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request (GitLab: a note on a merge request). ``author`` is the login."""

    id: str
    author: str
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue that is open."""

    number: int
    author: str
    title: str
    body: str = field(repr=False)


class Forge(Protocol):
    """What is written to a forge: comments of pull requests, and issues."""

    def comments(self, number: int, /) -> Iterator[Comment]:
        """All comments of a pull request, oldest first."""

    def post(self, number: int, body: str, /) -> Comment:
        """Add a comment."""

    def edit(self, number: int, comment: Comment, body: str, /) -> None:
        """Replace a comment's text."""

    def issues(self) -> Iterator[Issue]:
        """All open issues, newest first."""

    def open_issue(self, title: str, body: str, /) -> Issue:
        """Open an issue."""

    def change_issue(self, issue: Issue, title: str, body: str, *, closed: bool) -> None:
        """Give an issue another title and body, and close it or leave it open."""
