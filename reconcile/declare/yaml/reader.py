"""Reads YAML into nodes: strict, without running anything, with a place for every key and value.

Built on the events of PyYAML's parser (libyaml where it is compiled in), which carry their marks and come
one by one: what the language does not have is refused at its place, before it can grow.
"""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import yaml

from reconcile.declare import rules
from reconcile.declare.problems import (
    ListNode,
    MappingNode,
    Position,
    ProblemList,
    RefusedNode,
    ScalarNode,
    YamlNode,
)
from reconcile.declare.rules import Rule
from reconcile.text import character_name, invisible_character, quoted

from .source import decode, node_after, refuse_conflicts, refuse_hidden
from .syntax_errors import TEMPLATE, syntax_finding

MAX_DEPTH = 16
"""Maximum number of mappings and lists within each other; a declaration needs 5, a configuration 4."""

MAX_REFUSALS = 100
"""Maximum number of refused constructs in one file, then the rest of it is not read."""

BATCH = 128
"""Number of items that are read before the caller gets them; a syntax error among them is told alone."""

_PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Only its events are used; the pure parser stands in where PyYAML was built without libyaml."""

_SCALAR: Any = yaml.ScalarEvent

_LIST_START: Any = yaml.SequenceStartEvent

_LIST_END: Any = yaml.SequenceEndEvent

_MAPPING_START: Any = yaml.MappingStartEvent

_MAPPING_END: Any = yaml.MappingEndEvent

_SHARE = "(bundles share roles and tags)"

_STANDARD_TAG = "tag:yaml.org,2002:"

_NOT_IN_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Root = TypeVar("Root")

ItemsThenRoot = Generator[tuple[ScalarNode, YamlNode], None, Root]
"""Gives list items, each with the key above its list, and returns the rest of the file."""


class _StopReading(Exception):
    """Ends the reading of one file, whose problems have been added."""


class YamlFile:
    """The bytes of one file, to be read once: as a tree, or item by item. None stands for no bytes.

    ``root`` is what was read: None when nothing stands in the file, a RefusedNode when it could not be read.
    ``whole`` is True once everything in the file was read and nothing of it was refused.
    """

    __slots__ = ("_data", "_problems", "root", "whole")

    def __init__(self, data: bytes | None, problems: ProblemList) -> None:
        self._data = data
        self._problems = problems
        self.root: YamlNode | None = RefusedNode(Position(0, 0))
        self.whole = False

    def items(self, key: str | None) -> Iterator[tuple[ScalarNode, YamlNode]]:
        """The items of the lists under that key at the top, one by one, each with the key itself.

        After the last one ``root`` holds the rest of the file, in which these lists are empty. So a file of
        any size is read in little memory.
        """
        text = decode(self._data, self._problems)
        if text is None or refuse_conflicts(text, self._problems):
            return
        with _syntax_problems(text, self._problems), ExitStack() as cleanup:
            parser = _PARSER(text)
            cleanup.callback(parser.dispose)
            builder = _TreeBuilder(parser.get_event, self._problems)
            root = yield from builder.document(key)
            if not builder.refusals:
                refuse_hidden(text, self._problems)
            self.whole = not builder.refusals
            if self.whole or root is not None:
                self.root = root


def read_tree(data: bytes | None, problems: ProblemList) -> YamlNode | None:
    """The tree of a file; None when nothing stands in it, a RefusedNode when it could not be read."""
    file = YamlFile(data, problems)
    for _ in file.items(None):
        pass
    return file.root


@contextmanager
def _syntax_problems(text: str, problems: ProblemList) -> Iterator[None]:
    """Ends the reading at the first syntax error, which becomes a problem."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark, message, rule = syntax_finding(text, error, _PARSER)
        problems.add(rule, RefusedNode(mark) if mark else None, message)
    except yaml.YAMLError:
        match = _NOT_IN_YAML.search(text)
        node = node_after(text[: match.start()]) if match else None
        problems.add(rules.CONTROL_CHARACTER, node, "a control character stands here; delete it")
    except _StopReading:
        pass


class _TreeBuilder:
    """Builds the nodes of one file from its events, and refuses what the language does not have."""

    __slots__ = ("_next_event", "_problems", "refusals")

    def __init__(self, next_event: Callable[[], Any], problems: ProblemList) -> None:
        self._next_event = next_event
        self._problems = problems
        self.refusals = 0

    def document(self, streamed: str | None) -> ItemsThenRoot[YamlNode | None]:
        """The one document of the file; None when there is none or nothing stands in it."""
        self._next_event()
        begin = self._next_event()
        if isinstance(begin, yaml.StreamEndEvent):
            return None
        if begin.version or begin.tags:
            self._refuse(rules.DIRECTIVE, begin.start_mark, "a YAML directive stands here; delete it")
        event = self._next_event()
        if type(event) is _MAPPING_START:
            root: YamlNode = yield from self._top(event, streamed)
        else:
            root = self._node(event, 0)
        self._end_document()
        return None if isinstance(root, ScalarNode) and root.plain and not root.text else root

    def _end_document(self) -> None:
        self._next_event()
        event = self._next_event()
        if not isinstance(event, yaml.StreamEndEvent):
            message = "a second YAML document starts here; put it into a file of its own"
            self._refuse(rules.SEVERAL_DOCUMENTS, event.start_mark, message)

    def _top(self, begin: Any, streamed: str | None) -> ItemsThenRoot[MappingNode | RefusedNode]:
        """The mapping at the top; the lists under the streamed key give their items away."""
        mark = self._enter(begin, 0)
        nodes: list[YamlNode] = []
        while type(event := self._next_event()) is not _MAPPING_END:
            key = self._node(event, 1)
            event = self._next_event()
            if type(event) is _LIST_START and isinstance(key, ScalarNode) and key.text == streamed:
                value: YamlNode = ListNode([], self._enter(event, 1))
                for item in _in_batches(self._nodes_until(_LIST_END, 2)):
                    yield key, item
            else:
                value = self._node(event, 1)
            nodes += (key, value)
        return self._mapping(nodes, mark)

    def _nodes_until(self, end: type, depth: int) -> Iterator[YamlNode]:
        """The nodes up to the end of the list or mapping that was entered."""
        next_event, node = self._next_event, self._node
        while type(event := next_event()) is not end:
            if (
                type(event) is _SCALAR
                and event.tag is None
                and event.anchor is None
                and (text := event.value).isascii()
                and text.isprintable()
            ):
                yield _scalar((text, event.start_mark, event.style))
            else:
                yield node(event, depth)

    def _node(self, event: Any, depth: int) -> YamlNode:
        """The node that begins with that event; ``depth`` counts the lists and mappings around it."""
        kind = type(event)
        if kind is _LIST_START:
            mark = self._enter(event, depth)
            return ListNode(list(self._nodes_until(_LIST_END, depth + 1)), mark)
        if kind is _MAPPING_START:
            mark = self._enter(event, depth)
            return self._mapping(list(self._nodes_until(_MAPPING_END, depth + 1)), mark)
        return self._leaf(event)

    def _mapping(self, nodes: list[YamlNode], mark: Any) -> MappingNode | RefusedNode:
        """The mapping of these keys and values, which alternate, without the keys that it can't have.

        ``{{ … }}`` of a template language is read as a mapping whose key is a mapping.
        """
        if nodes and type(key := nodes[0]) is MappingNode and _follows(key.mark, mark):
            self._refuse(rules.TEMPLATE, mark, TEMPLATE)
            return RefusedNode(mark)
        entries: dict[str, YamlNode] = {}
        keys: dict[str, ScalarNode] = {}
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if type(key) is ScalarNode and key.text not in entries and key.text != "<<":
                entries[key.text] = value
                keys[key.text] = key
            else:
                self._refuse_key(key, keys)
        return MappingNode(entries, keys, mark)

    def _enter(self, begin: Any, depth: int) -> Any:
        """The mark of a list or mapping, which is checked before anything in it is read."""
        if depth == MAX_DEPTH:
            message = f"lists and mappings are nested deeper than {MAX_DEPTH} levels here"
            message = f"{message}, which no file needs; check the brackets and the indentation"
            self._refuse(rules.TOO_DEEP, begin.start_mark, message)
            raise _StopReading
        if begin.tag is not None or begin.anchor is not None:
            self._refuse_decoration(begin)
        return begin.start_mark

    def _leaf(self, event: Any) -> YamlNode:
        """A scalar; with an anchor, a tag or an unseen character it is refused, and so is an alias."""
        mark: Any = event.start_mark
        if type(event) is yaml.AliasEvent:
            self._refuse(rules.ANCHOR, mark, f"a YAML alias is not supported; write the value out {_SHARE}")
        elif event.tag is not None or event.anchor is not None:
            self._refuse_decoration(event)
        elif sign := invisible_character(event.value):
            message = f"this text holds a control character or an invisible one, {character_name(sign)}"
            self._refuse(rules.CONTROL_CHARACTER, mark, f"{message}; type it again without it")
        else:
            return _scalar((event.value, mark, event.style))
        return RefusedNode(mark)

    def _refuse_decoration(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(
                rules.ANCHOR, event.start_mark, f"a YAML anchor is not supported; delete it {_SHARE}"
            )
        if event.tag is not None:
            tag = event.tag.replace(_STANDARD_TAG, "!!")
            message = f"the YAML tag {quoted(tag)} is not supported; delete it, or write a text in quotes"
            self._refuse(rules.TAG, event.start_mark, message)

    def _refuse_key(self, key: YamlNode, keys: dict[str, ScalarNode]) -> None:
        match key:
            case RefusedNode():
                pass
            case ScalarNode("<<"):
                self._refuse(
                    rules.MERGE_KEY,
                    key.mark,
                    f"a YAML merge key is not supported; write the values out {_SHARE}",
                )
            case ScalarNode(text):
                line = keys[text].line
                message = f"the key {quoted(text)} stood already in line {line}; keep one of the two"
                self._refuse(rules.DUPLICATE_KEY, key.mark, message)
            case _:
                message = "a list or mapping can't be a key; write one word"
                self._refuse(rules.COMPLEX_KEY, key.mark, message)

    def _refuse(self, rule: Rule, mark: Any, message: str) -> None:
        self._problems.add(rule, RefusedNode(mark), message)
        self.refusals += 1
        if self.refusals == MAX_REFUSALS:
            self._problems.add(rule, None, f"the rest was not read; correct these {MAX_REFUSALS} first")
            raise _StopReading


def _follows(mark: Any, before: Any) -> bool:
    return bool(mark.line == before.line and mark.column == before.column + 1)


def _in_batches(nodes: Iterator[YamlNode]) -> Iterator[YamlNode]:
    while batch := list(islice(nodes, BATCH)):
        yield from batch


_scalar: Callable[[tuple[str, Any, str | None]], ScalarNode] = partial(tuple.__new__, ScalarNode)
"""Takes half the time of ``ScalarNode(...)``; four fifths of all nodes are scalars."""
