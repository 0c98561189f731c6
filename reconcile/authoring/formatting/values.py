"""Single values as the canonical layout has them: in quotes only where these are needed."""

import re
from collections.abc import Iterator

from reconcile.authoring.scalars import scalar
from reconcile.authoring.spans import SpanNode

_BARE = re.compile(r"[0-9][0-9T:+.Z-]*", re.ASCII)
"""An id, a day, or an instant with its offset."""


def value_text(text: str, node: SpanNode, *, is_bare: bool = False) -> str | None:
    """A scalar on one line; None for one that is written over several lines and has to stay so.

    What stands without quotes stays as it is: the language refuses what would mean something else.
    """
    if node.null:
        return "null"
    written, meant = text[node.start : node.end], node.text or ""
    if written[:1] in ("|", ">"):
        return scalar(meant) if _keeps_line_ends(written) else None
    if "\n" in written:
        return None
    if written[:1] not in ("'", '"'):
        return written
    return meant if is_bare and _BARE.fullmatch(meant) else scalar(meant)


def _keeps_line_ends(written: str) -> bool:
    """True for ``|+``, whose text ends with the blank lines below it: these are laid out anew."""
    return "+" in written.partition("\n")[0].partition("#")[0]


def takes_no_comment(text: str, node: SpanNode) -> bool:
    """True for a text that starts with ``|`` or ``>``: what stands behind its lines is part of it."""
    return text[node.start] in "|>"


def value_lines(text: str, node: SpanNode, outer: int, column: int) -> Iterator[str]:
    """A value of several lines; the first without indentation, the others from ``column`` on.

    ``outer`` is the column of the mapping or list that it stands in.
    """
    first, *rest = text[node.start : node.end].split("\n")
    if first[:1] not in ("|", ">"):
        yield first.rstrip()
        yield from (f"{' ' * column}{line.strip()}".rstrip() for line in rest)
        return
    header, _, comment = first.partition("#")
    written = next((len(line) - len(line.lstrip(" ")) for line in rest if line.strip()), 0)
    explicit = re.search("[1-9]", header)
    indent = outer + int(explicit[0]) if explicit else written
    sign = f"{header[0]}{'2' if explicit else ''}{'-' if '-' in header else ''}"
    yield f"{sign}  #{comment.rstrip()}" if comment else sign
    yield from (f"{' ' * column}{line[indent:]}" if line[indent:] else "" for line in rest)
