"""One comment (and one issue) of our own for each kind and target, edited in place.

It is known by its hidden first line and by its author.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from .protocol import Comment, Forge, Issue

Facts = Mapping[str, str]
"""What a mark says of its comment: the target, the commit, the seal of the plan."""

_MARK = re.compile(r"<!-- reconcile:([a-z-]+)((?: [a-z-]+=[A-Za-z0-9_.~:/%-]*)*) -->")


def with_mark(kind: str, facts: Facts, text: str) -> str:
    """A text under a mark. The facts are escaped so that none of them can end the mark."""
    pairs = "".join(f" {name}={quote(value, safe=':')}" for name, value in sorted(facts.items()))
    return f"<!-- reconcile:{kind}{pairs} -->\n{text}"


def facts_of(kind: str, body: str) -> Facts | None:
    """The facts of a text that begins with a mark of that kind; None for every other text."""
    mark = _MARK.fullmatch(body.partition("\n")[0].rstrip("\r"))
    if mark is None or mark[1] != kind:
        return None
    pairs = (fact.partition("=") for fact in mark[2].split())
    return {name: unquote(value) for name, _, value in pairs}


@dataclass(frozen=True, slots=True)
class StickyComment:
    """Our comment on one pull request: known by its mark *and* by its author.

    A mark alone proves nothing, since anybody can write one. Nor is a comment ours any more once somebody
    else has edited it: it is left alone, and a new one is posted.
    """

    forge: Forge
    number: int
    author: str
    kind: str
    target: str

    def find(self) -> tuple[Comment, Facts] | None:
        """Our comment and its facts, the newest if there are several."""
        for comment in reversed(list(self.forge.comments(self.number))):
            facts = facts_of(self.kind, comment.body)
            if facts is None or facts.get("target") != self.target or comment.author != self.author:
                continue
            if not self.forge.edited_by_another(comment):
                return comment, facts
        return None

    def put(self, text: str, facts: Facts) -> None:
        """Write the text to our comment; post it when there is none."""
        body = with_mark(self.kind, {**facts, "target": self.target}, text)
        match self.find():
            case None:
                self.forge.post(self.number, body)
            case comment, _ if comment.body != body:
                self.forge.edit(self.number, comment, body)


def issue_of(forge: Forge, author: str, kind: str, target: str) -> Issue | None:
    """Our open issue of that kind and target, known by mark and author; the oldest if there are several."""
    oldest = None
    for issue in forge.issues():
        facts = facts_of(kind, issue.body)
        if facts is not None and facts.get("target") == target and issue.author == author:
            oldest = issue
    return oldest
