"""The nodes of a YAML text with the span of characters each one takes: what an edit replaces, and what not.

Built on the events of PyYAML's parser (libyaml where it is compiled in). The text is one that `declare`
takes: one document without anchors, aliases and tags.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

from reconcile.declare.problems import NULLS

_PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Plain = dict[str, Any] | list[Any] | str | None
"""What a node says without its place: texts, whatever YAML would make of them, and None for nothing."""


@dataclass(slots=True)
class SpanNode:
    """A value from ``start`` (included) to ``end`` (excluded), without blanks and comments around it.

    ``column`` is counted from 0. ``text`` is that of a scalar, None of a list or mapping. ``items`` are those
    of a list, ``pairs`` the keys and values of a mapping.
    """

    start: int
    end: int
    line: int
    column: int
    text: str | None = None
    null: bool = False
    flow: bool = False
    is_list: bool = False
    items: "list[SpanNode]" = field(default_factory=list)
    pairs: "list[tuple[SpanNode, SpanNode]]" = field(default_factory=list)

    def value(self, key: str) -> "SpanNode | None":
        """The value of a mapping's key."""
        return next((value for name, value in self.pairs if name.text == key), None)

    def plain(self) -> Plain:
        """The data without spans."""
        if self.text is not None:
            return None if self.null else self.text
        if self.is_list:
            return [item.plain() for item in self.items]
        return {str(key.text): value.plain() for key, value in self.pairs}


def read_spans(text: str) -> SpanNode | None:
    """The root of a text; None where nothing stands in it but comments. Raises yaml.YAMLError."""
    parser = _PARSER(text)
    try:
        return _document(parser.get_event, text)
    finally:
        parser.dispose()


def _document(next_event: Any, text: str) -> SpanNode | None:
    next_event()
    if type(next_event()) is yaml.StreamEndEvent:
        return None
    root = _node(next_event(), next_event, text)
    next_event()
    if type(next_event()) is not yaml.StreamEndEvent:
        raise yaml.YAMLError("a second document stands in this file")
    return None if root.null else root


def _node(event: Any, next_event: Any, text: str) -> SpanNode:
    """The node that begins with that event."""
    mark: Any = event.start_mark
    kind = type(event)
    node = SpanNode(mark.index, event.end_mark.index, mark.line, mark.column)
    if getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None:
        raise yaml.YAMLError("anchors, aliases and tags are not supported")
    if kind is yaml.ScalarEvent:
        return _scalar(node, event, text)
    node.is_list, node.flow = kind is yaml.SequenceStartEvent, text[node.start] in "[{"
    if node.is_list:
        while type(item := next_event()) is not yaml.SequenceEndEvent:
            node.items.append(_node(item, next_event, text))
    else:
        while type(item := next_event()) is not yaml.MappingEndEvent:
            key = _node(item, next_event, text)
            node.pairs.append((key, _node(next_event(), next_event, text)))
    node.end = item.end_mark.index if node.flow else _last_end(node)
    return node


def _scalar(node: SpanNode, event: Any, text: str) -> SpanNode:
    node.text = event.value
    node.null = not event.style and event.value in NULLS
    if event.style in ("|", ">"):
        written = text[node.start : node.end]
        keeps_lines = "+" in written.partition("\n")[0].partition("#")[0]
        node.end = node.start + len(written[:-1] if keeps_lines else written.rstrip())
    return node


def _last_end(node: SpanNode) -> int:
    """The end of what stands last in a block; the parser's end is where the next thing begins."""
    if node.is_list:
        return node.items[-1].end
    key, value = node.pairs[-1]
    return max(key.end, value.end)
