"""The canonical layout of a text of declarations, and the proof that nothing but the layout has changed."""

from collections import Counter

import yaml

from reconcile.authoring.spans import Plain, SpanNode, read_spans
from reconcile.authoring.splices import SplicedText
from reconcile.collector import garbage_collector_off
from reconcile.declare.yaml.source import BYTE_ORDER_MARK

from .comments import attach_comments, comment_at, comment_places
from .lines import LineLayout, comment_lines
from .members import read_members
from .value_layout import file_layout


class LayoutError(Exception):
    """No canonical layout of a text is known that surely says the same: it is left as it is."""


def canonical_text(text: str) -> str:
    """A text of declarations in the canonical layout; the same text where it is in it already.

    ``text`` is one that `declare` takes. Its line ends stay those that most of its lines have; byte order
    marks go. Raises LayoutError where the result would not say the same, with the same comments.
    """
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    plain = text.lstrip(BYTE_ORDER_MARK).replace("\r\n", "\n")
    ended = plain if plain.endswith("\n") or not plain else f"{plain}\n"
    try:
        with garbage_collector_off():
            laid_out = _checked(ended)
    except yaml.YAMLError as error:
        raise LayoutError("it could not be read again") from error
    return laid_out.replace("\n", newline)


def is_canonical(text: str) -> bool:
    """True for a text that stands in the canonical layout already."""
    try:
        return canonical_text(text) == text
    except LayoutError:
        return False


def _checked(text: str) -> str:
    """The laid out text, once it is known to say the same and to stay as it is."""
    laid_out = _laid_out(text)
    if laid_out != text and (_content(laid_out) != _content(text) or _laid_out(laid_out) != laid_out):
        raise LayoutError("its values or comments would not be the same")
    return laid_out


def _laid_out(text: str) -> str:
    root = read_spans(text)
    if root is None:
        return _bare_lines(text)
    spliced = SplicedText(text)
    tree = read_members(spliced, root)
    head = attach_comments(spliced, tree)
    if not tree.members:
        raise LayoutError("it declares nothing")
    lines = comment_lines(head, 0, is_first=True)
    body = LineLayout(text).block(tree.root, 0, file_layout())
    first = tree.root.members[0]
    is_apart = bool(head) and (first.above[0].blank if first.above else first.blank)
    return "".join(f"{line}\n" for line in [*lines, *([""] if is_apart else []), *body])


def _bare_lines(text: str) -> str:
    """A text of comments alone: blanks at the ends of lines go, and blank lines that are doubled."""
    lines: list[str] = []
    for line in map(str.rstrip, text.split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).rstrip("\n") + "\n" if any(lines) else ""


def _content(text: str) -> tuple[Plain, Counter[str]]:
    """What a text says, and its comments."""
    root = read_spans(text)
    scalars: list[SpanNode] = [] if root is None else read_members(SplicedText(text), root).scalars
    spliced = SplicedText(text)
    comments = Counter(comment_at(spliced, place) for place in comment_places(text, scalars))
    return (root.plain() if root else None), comments
