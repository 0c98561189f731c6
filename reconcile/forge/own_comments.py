"""Comments of our own on a pull request: known again by their hidden first line and by their author.

Neither proves anything: whatever a branch's workflow posts has the same author, and it can write the same
line. They are a bookmark, by which a text is replaced by a newer one instead of standing beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .marks import Facts, facts_of, with_mark
from .protocol import Comment, Forge

REPLACED = "replaced"
"""The kind of a comment that another of ours has taken the place of."""

_REPLACED_TEXT = "*Replaced: what holds stands in another comment of this pull request.*\n"


@dataclass(frozen=True, slots=True)
class OwnComments:
    """Our comments on one pull request; ``author`` is the login that we write as."""

    forge: Forge
    number: int
    author: str

    def put(self, kind: str, facts: Facts, text: str, *, same: Facts | None = None) -> None:
        """Write the text to our comment of that kind, or post it when there is none.

        Of several the oldest is kept, so that it stays where people have seen it; in the others no old text
        remains. With ``same``, only comments count that have these facts.
        """
        body = with_mark(kind, facts, text)
        match list(self._of(kind, same or {})):
            case []:
                self.forge.post(self.number, body)
            case [first, *others]:
                self._edit(first, body)
                for comment in others:
                    self._edit(comment, with_mark(REPLACED, {}, _REPLACED_TEXT))

    def add_once(self, kind: str, facts: Facts, text: str) -> None:
        """Post a new comment, unless there is one of that kind with the very same facts."""
        if not list(self._of(kind, facts)):
            self.forge.post(self.number, with_mark(kind, facts, text))

    def _of(self, kind: str, wanted: Facts) -> Iterator[Comment]:
        for comment in self.forge.comments(self.number):
            facts = facts_of(kind, comment.body)
            if facts is not None and comment.author == self.author and wanted.items() <= facts.items():
                yield comment

    def _edit(self, comment: Comment, body: str) -> None:
        if comment.body != body:
            self.forge.edit(self.number, comment, body)
