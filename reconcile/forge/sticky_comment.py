"""One comment (and one issue) of our own for each kind and target, edited in place.

It is known by its hidden first line and by its author.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, unquote

from .protocol import Comment, CommentThread, Issue

Facts = Mapping[str, str]

_MARK = re.compile(r"<!-- reconcile:([a-z-]+)((?: [a-z-]+=[A-Za-z0-9_.~:/%-]*)*) -->")


def with_mark(kind: str, facts: Facts, text: str) -> str:
    """A text under a mark. Facts are spelt so that none of them can end the mark."""
    told = "".join(f" {name}={quote(value, safe=':')}" for name, value in sorted(facts.items()))
    return f"<!-- reconcile:{kind}{told} -->\n{text}"


def facts_of(kind: str, body: str) -> Facts | None:
    """The facts of a text that begins with a mark of that kind; None for every other text."""
    found = _MARK.fullmatch(body.partition("\n")[0].rstrip("\r"))
    if found is None or found[1] != kind:
        return None
    pairs = (entry.partition("=") for entry in found[2].split())
    return {name: unquote(value) for name, _, value in pairs}


@dataclass(frozen=True, slots=True)
class StickyComment:
    """Our comment on one pull request: known by its mark *and* by its author.

    A mark alone proves nothing, since anybody can write one. Nor is a comment ours any more once somebody
    else has edited it: it is left alone, and a new one is posted.
    """

    thread: CommentThread
    number: int
    author: str
    kind: str
    target: str

    def find(self) -> tuple[Comment, Facts] | None:
        """Our comment and its facts, the newest if there are several."""
        return next(self._own(), None)

    def put(self, text: str, facts: Facts) -> None:
        """Write the text to our comment; post it when there is none."""
        body = with_mark(self.kind, {**facts, "target": self.target}, text)
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


class IssueTracker(Protocol):
    """A place where issues stand."""

    def issues(self) -> Iterator[Issue]:
        """All open issues, newest first."""


def issue_of(tracker: IssueTracker, author: str, kind: str, target: str) -> Issue | None:
    """Our open issue of that kind and target, known by mark and author; the oldest if there are several."""
    found = None
    for issue in tracker.issues():
        facts = facts_of(kind, issue.body)
        if facts is not None and facts.get("target") == target and issue.author == author:
            found = issue
    return found
