"""The hidden first line by which one of our own comments is known, and the facts that it carries."""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

Facts = Mapping[str, str]

_MARK = re.compile(r"<!-- reconcile:([a-z-]+)((?: [a-z-]+=[A-Za-z0-9_.~:/%-]*)*) -->")


def marked(kind: str, facts: Facts, text: str) -> str:
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
