"""One comment of our own for each kind and target, edited in place; and likewise one issue."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from .mark import Facts, facts_of, marked
from .nouns import Comment, Issue, Thread


@dataclass(frozen=True, slots=True)
class Sticky:
    """Our comment on one pull request: known by its mark *and* by its author.

    A mark alone proves nothing, since anybody can write one. Nor is a comment ours any more once somebody
    else has edited it: it is left alone, and a new one is posted.
    """

    thread: Thread
    number: int
    author: str
    kind: str
    target: str

    def find(self) -> tuple[Comment, Facts] | None:
        """Our comment and its facts, the newest if there are several."""
        return next(self._own(), None)

    def put(self, text: str, facts: Facts) -> None:
        """Write the text to our comment; post it when there is none."""
        body = marked(self.kind, {**facts, "target": self.target}, text)
        found = self.find()
        if found is None:
            self.thread.post(self.number, body)
        elif found[0].body != body:
            self.thread.edit(self.number, found[0], body)

    def _own(self) -> Iterator[tuple[Comment, Facts]]:
        for comment in reversed(list(self.thread.comments(self.number))):
            facts = facts_of(self.kind, comment.body)
            named = facts is not None and facts.get("target") == self.target
            if named and comment.author == self.author and not self.thread.edited_by_another(comment):
                yield comment, facts or {}


class Tracker(Protocol):
    """A place where issues stand."""

    def issues(self) -> Iterator[Issue]:
        """All open issues, newest first."""


def issue_of(tracker: Tracker, author: str, kind: str, target: str) -> Issue | None:
    """Our open issue of that kind and target, known by mark and author; the oldest if there are several."""
    found = None
    for issue in tracker.issues():
        facts = facts_of(kind, issue.body)
        if facts is not None and facts.get("target") == target and issue.author == author:
            found = issue
    return found
