"""Reads YAML into nodes: strict, without running anything, with a place for every key and value.

Built on the events of PyYAML's parser (libyaml where it is compiled in), which carry their marks and come
one by one: what the language does not have is refused at its place, before it can grow.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import yaml

from reconcile.declare import rules
from reconcile.declare.problems import ProblemList
from reconcile.declare.rules import Rule
from reconcile.text import quoted

from .nodes import FinishedNode, ListNode, MappingNode, Position, RefusedNode, ScalarNode, YamlNode

DEEPEST = 16
"""Mappings and lists within each other; a declaration needs 5, a configuration 4."""

MOST_REFUSALS = 100
"""So many refused constructs in one file, then the rest of it is not read."""

BATCH = 128
"""So many items of a list are read at a time."""

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Only its events are used; the pure parser stands in where PyYAML was built without libyaml."""

_BYTE_ORDER_MARK = "\ufeff"

_NOT_IN_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_SCALAR = yaml.ScalarEvent

_MAPPING_END = yaml.MappingEndEvent

_SEQUENCE_END = yaml.SequenceEndEvent

ItemReader = Callable[[YamlNode], Any]

ItemReaders = dict[str, ItemReader]


class _StopReading(Exception):
    """Ends the reading of one file; the problem is already told."""


def read_tree(
    data: bytes, report: ProblemList, folds: ItemReaders | None = None
) -> tuple[YamlNode | None, bool]:
    """The tree of a file, None when it holds nothing, and whether the whole file could be read.

    ``folds`` names lists directly under the top: each of their items is handed over once it is complete, and
    Done with the answer stands in the tree for it. So a file of any size is read in little memory.
    """
    text = _decode(data, report)
    if text is None:
        return None, False
    loader = None
    try:
        loader = _LOADER(text)
        builder = _TreeBuilder(loader.get_event, report, folds or {})
        root = builder.document()
    except yaml.YAMLError as error:
        _tell_syntax(error, text, report)
    except _StopReading:
        pass
    else:
        return root, not builder.refusals
    finally:
        if loader is not None:
            loader.dispose()
    return None, False


def _decode(data: bytes, report: ProblemList) -> str | None:
    try:
        return data.decode().removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode().removeprefix(_BYTE_ORDER_MARK)
        report.add(rules.NOT_UTF8, _position(before), "this is not UTF-8; save the file as UTF-8")
        return None


def _position(before: str) -> RefusedNode:
    """Where the character after that text stands."""
    return RefusedNode(Position(before.count("\n"), len(before) - (before.rfind("\n") + 1)))


def _tell_syntax(error: yaml.YAMLError, text: str, report: ProblemList) -> None:
    if not isinstance(error, yaml.MarkedYAMLError):
        _tell_control_character(text, report)
        return
    mark: Any = error.problem_mark or error.context_mark
    at = RefusedNode(mark) if mark else None
    begun: Any = error.context_mark
    since = f" {error.context} at line {begun.line + 1}" if begun else ""
    report.add(
        rules.NOT_YAML,
        at,
        f"this is not valid YAML: {error.problem}{since}; check the indentation, colons, brackets and quotes",
    )


def _tell_control_character(text: str, report: ProblemList) -> None:
    found = _NOT_IN_YAML.search(text)
    at = _position(text[: found.start()]) if found else None
    report.add(rules.CONTROL_CHARACTER, at, "a control character stands here; delete it")


class _OpenNode:
    """A list or mapping that is being read: where it starts, what it holds so far, how it takes the next."""

    __slots__ = ("children", "flush", "is_mapping", "mark", "take")

    def __init__(self, mark: Any, *, is_mapping: bool) -> None:
        self.mark = mark
        self.is_mapping = is_mapping
        self.children: list[YamlNode] = []
        self.take: Callable[[YamlNode], None] = self.children.append
        self.flush: Callable[[], None] | None = None

    def fold(self, fold: ItemReader) -> None:
        """From now on read the items a batch at a time, and drop their nodes.

        One at a time would do too, but going to and fro between parser and language costs a sixth more.
        """
        children, batch = self.children, list[YamlNode]()

        def take(node: YamlNode) -> None:
            batch.append(node)
            if len(batch) == BATCH:
                flush()

        def flush() -> None:
            children.extend([FinishedNode(fold(node), node.mark) for node in batch])
            batch.clear()

        self.take, self.flush = take, flush

    def expects(self, key: str) -> bool:
        """True when the value of that key comes next."""
        if not self.is_mapping or len(self.children) % 2 == 0:
            return False
        last = self.children[-1]
        return isinstance(last, ScalarNode) and last.text == key


class _TreeBuilder:
    """Builds the nodes of one file from its events, and refuses what the language does not have."""

    __slots__ = ("_folds", "_next", "_report", "refusals")

    def __init__(self, next_event: Callable[[], Any], report: ProblemList, folds: ItemReaders) -> None:
        self._next = next_event
        self._report = report
        self._folds = folds
        self.refusals = 0

    def document(self) -> YamlNode | None:
        """The one document of the file; None when there is none."""
        self._next()
        begin = self._next()
        if isinstance(begin, yaml.StreamEndEvent):
            return None
        if begin.version or begin.tags:
            self._refuse(rules.DIRECTIVE, begin.start_mark, "a YAML directive stands here; delete it")
        root = self._root()
        following = self._next()
        if not isinstance(following, yaml.StreamEndEvent):
            message = "a second YAML document starts here; put it into a file of its own"
            self._refuse(rules.SEVERAL_DOCUMENTS, following.start_mark, message)
        return root

    def _root(self) -> YamlNode | None:
        """Reads up to the end of the document; on a stack of our own, since calls would cost more."""
        next_event = self._next
        stack: list[_OpenNode] = []
        found: list[YamlNode] = []
        take: Callable[[YamlNode], None] = found.append
        while True:
            event = next_event()
            kind = type(event)
            if kind is _SCALAR and event.tag is None and event.anchor is None:
                take(_scalar((event.value, event.start_mark, event.style)))
            elif kind is _MAPPING_END or kind is _SEQUENCE_END:
                node = self._close(stack.pop())
                take = stack[-1].take if stack else found.append
                take(node)
            elif kind is _SCALAR or kind is yaml.AliasEvent:
                take(self._decorated_leaf(event))
            elif kind is yaml.DocumentEndEvent:
                return _unless_empty(found[0])
            else:
                stack.append(self._open(event, stack))
                take = stack[-1].take

    def _decorated_leaf(self, event: Any) -> YamlNode:
        """A leaf with an anchor or a tag, or an alias for one; what it stands for is not looked at."""
        if type(event) is yaml.AliasEvent:
            message = "aliases are not supported; write the value out"
            self._refuse(rules.ANCHOR, event.start_mark, message)
        else:
            self._refuse_decoration(event)
        return RefusedNode(event.start_mark)

    def _open(self, event: Any, stack: list[_OpenNode]) -> _OpenNode:
        if len(stack) == DEEPEST:
            message = f"lists and mappings are nested deeper than {DEEPEST} levels here; no file needs that"
            self._refuse(rules.TOO_DEEP, event.start_mark, message)
            raise _StopReading
        if event.tag is not None or event.anchor is not None:
            self._refuse_decoration(event)
        opened = _OpenNode(event.start_mark, is_mapping=type(event) is yaml.MappingStartEvent)
        if len(stack) == 1 and not opened.is_mapping:
            for key, fold in self._folds.items():
                if stack[0].expects(key):
                    opened.fold(fold)
        return opened

    def _close(self, done: _OpenNode) -> ListNode | MappingNode:
        if done.flush is not None:
            done.flush()
        if not done.is_mapping:
            return ListNode(done.children, done.mark)
        entries: dict[str, YamlNode] = {}
        keys: dict[str, ScalarNode] = {}
        for key, value in zip(done.children[::2], done.children[1::2], strict=True):
            if type(key) is ScalarNode and key.text not in entries and key.text != "<<":
                entries[key.text] = value
                keys[key.text] = key
            else:
                self._refuse_key(key, keys)
        return MappingNode(entries, keys, done.mark)

    def _refuse_key(self, key: YamlNode, keys: dict[str, ScalarNode]) -> None:
        match key:
            case RefusedNode():
                pass
            case ScalarNode("<<"):
                self._refuse(rules.MERGE_KEY, key.mark, "merge keys are not supported; write the values out")
            case ScalarNode(text):
                message = (
                    f"the key {quoted(text)} stood already in line {keys[text].line}; keep one of the two"
                )
                self._refuse(rules.DUPLICATE_KEY, key.mark, message)
            case _:
                message = "a list or mapping can't be a key; write one word"
                self._refuse(rules.COMPLEX_KEY, key.mark, message)

    def _refuse_decoration(self, event: Any) -> None:
        if event.anchor is not None:
            message = "anchors are not supported; delete it"
            self._refuse(rules.ANCHOR, event.start_mark, message)
        if event.tag is not None:
            message = f"the YAML tag {quoted(event.tag)} is not supported; delete it"
            self._refuse(rules.TAG, event.start_mark, message)

    def _refuse(self, rule: Rule, mark: Any, message: str) -> None:
        self._report.add(rule, RefusedNode(mark), message)
        self.refusals += 1
        if self.refusals == MOST_REFUSALS:
            self._report.add(rule, None, f"{MOST_REFUSALS} problems of this kind; the rest was not read")
            raise _StopReading


def _unless_empty(root: YamlNode) -> YamlNode | None:
    """The root; None for a document in which nothing stands."""
    return None if isinstance(root, ScalarNode) and root.plain and not root.text else root


_scalar: Callable[[tuple[str, Any, str | None]], ScalarNode] = partial(tuple.__new__, ScalarNode)
"""Half the time of ``Scalar(...)``; four fifths of all nodes are made here."""
