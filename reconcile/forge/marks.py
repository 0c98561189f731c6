"""The hidden first line by which a comment or issue of our own is found again, with its facts.

It proves nothing, since anybody can write one: it is a bookmark.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

from .protocol import Forge, Issue

Facts = Mapping[str, str]
"""What a mark says of its comment, such as the target."""

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


def issue_of(forge: Forge, author: str, kind: str, target: str) -> Issue | None:
    """Our open issue of that kind and target, known by mark and author; the oldest if there are several."""
    oldest = None
    for issue in forge.issues():
        facts = facts_of(kind, issue.body)
        if facts is not None and facts.get("target") == target and issue.author == author:
            oldest = issue
    return oldest
