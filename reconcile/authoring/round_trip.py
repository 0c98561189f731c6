"""Edits of entries by ruamel.yaml's round trip, where a text is laid out too oddly for a small edit.

It keeps order and quotes, and writes blanks in its own way. Comments that it loses are put above the entry.
"""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from reconcile.model.edits import EntryEdit

from .data_edits import edit_entry
from .new_entries import FileStyle
from .scalars import comment_text, scalar
from .set_edits import item_notes
from .spans import SpanNode, read_spans
from .splices import OddLayoutError, SplicedText

_NO_WRAPPING = 1_000_000

_COMMENT = re.compile(r"#[^\r\n]*")


def round_trip_entry(text: SplicedText, entry: SpanNode, edit: EntryEdit, style: FileStyle) -> None:
    """Write one entry anew. Raises OddLayoutError where ruamel.yaml can't read or write it."""
    column = len(text.indent(entry.start))
    written = text.text[entry.start : entry.end].replace("\r\n", "\n")
    changed = _edited(f"{' ' * column}{written}\n", edit, style)
    lines = [f"{' ' * column}{line}".rstrip() for line in changed.rstrip("\n").split("\n")]
    text.replace(entry.start, entry.end, text.newline.join(lines)[column:])
    notes = [comment_text(edit.comment)] if edit.comment else []
    notes += [note for facet, one in edit.sets.items() for note in item_notes(facet, one.put)]
    notes += _lost(list(_comments(text.text, entry)), changed)
    indent = text.indent(entry.start)
    text.insert_lines(
        text.line_start(entry.start),
        [indent[: len(indent) - len(indent.lstrip(" "))] + note for note in notes],
    )


def _edited(text: str, edit: EntryEdit, style: FileStyle) -> str:
    """An entry after an edit, from the first column on."""
    yaml, stream = YAML(), StringIO()
    yaml.preserve_quotes = True
    yaml.width = _NO_WRAPPING
    yaml.indent(mapping=style.step, sequence=style.items + 2, offset=style.items)
    try:
        data: Any = yaml.load(text)
        edit_entry(data, edit, _in_quotes)
        yaml.dump(data, stream)
    except YAMLError as error:
        raise OddLayoutError("ruamel.yaml can't edit this entry") from error
    return stream.getvalue()


def _in_quotes(text: str) -> str:
    """A text that is written in quotes where it needs them by YAML 1.1, which ruamel.yaml does not write."""
    return text if scalar(text) == text else DoubleQuotedScalarString(text)


def _comments(text: str, node: SpanNode) -> Iterator[str]:
    """The comments in the span of a node: what stands between its scalars is else blanks and signs."""
    position = node.start
    for leaf in _leaves(node):
        yield from _COMMENT.findall(text, position, leaf.start)
        position = max(leaf.end, leaf.start)
    yield from _COMMENT.findall(text, position, node.end)


def _leaves(node: SpanNode) -> Iterator[SpanNode]:
    if node.text is not None:
        yield node
    for item in node.items:
        yield from _leaves(item)
    for key, value in node.pairs:
        yield key
        yield from _leaves(value)


def _lost(comments: list[str], changed: str) -> list[str]:
    """The comments that stand no more in the changed text of their entry."""
    root = read_spans(changed)
    kept = [] if root is None else list(_comments(f"{changed}\n", root))
    kept += _COMMENT.findall(changed, root.end if root else 0)
    for comment in kept:
        if comment.rstrip() in comments:
            comments.remove(comment.rstrip())
    return [comment.rstrip() for comment in comments]
