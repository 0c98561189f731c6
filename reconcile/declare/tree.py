"""Reads YAML into nodes: strict, without running anything, with a place for every key and value.

Built on the events of PyYAML's parser (libyaml where it is compiled in), which carry their marks and come
one by one: what the language does not have is refused at its place, before it can grow.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import yaml

from . import rules
from .nodes import Broken, Mapping, Node, Scalar, Sequence
from .report import Report, shown
from .rules import Rule

DEEPEST = 16
"""Mappings and lists within each other; a declaration needs 5, a configuration 4."""

MOST_REFUSALS = 100
"""So many refused constructs in one file, then the rest of it is not read."""

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Only its events are used; the pure parser stands in where PyYAML was built without libyaml."""

_NOT_IN_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Stop(Exception):
    """Ends the reading of one file; the problem is already told."""


def read_tree(data: bytes, report: Report) -> tuple[Node | None, bool]:
    """The tree of a file, None when it holds nothing, and whether the whole file could be read."""
    text = _decode(data, report)
    if text is None:
        return None, False
    known = len(report.problems)
    loader = None
    try:
        loader = _LOADER(text)
        root = _Builder(loader.get_event, report).document()
    except yaml.YAMLError as error:
        _tell_syntax(error, text, report)
    except _Stop:
        pass
    else:
        return root, len(report.problems) == known
    finally:
        if loader is not None:
            loader.dispose()
    return None, False


def _decode(data: bytes, report: Report) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        report.add(rules.NOT_UTF8, _position(before), "this is not UTF-8; save the file as UTF-8")
        return None


def _position(before: str) -> Broken:
    """Where the character after that text stands."""
    return Broken(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _tell_syntax(error: yaml.YAMLError, text: str, report: Report) -> None:
    if not isinstance(error, yaml.MarkedYAMLError):
        _tell_control_character(text, report)
        return
    mark: Any = error.problem_mark or error.context_mark
    at = Broken(mark.line + 1, mark.column + 1) if mark else None
    begun: Any = error.context_mark
    since = f" {error.context} at line {begun.line + 1}" if begun else ""
    report.add(
        rules.NOT_YAML,
        at,
        f"this is not valid YAML: {error.problem}{since}; check the indentation, colons, brackets and quotes",
    )


def _tell_control_character(text: str, report: Report) -> None:
    found = _NOT_IN_YAML.search(text)
    at = _position(text[: found.start()]) if found else None
    report.add(rules.CONTROL_CHARACTER, at, "a control character stands here; delete it")


class _Builder:
    """Builds the nodes of one file from its events, and refuses what the language does not have."""

    __slots__ = ("_next", "_refusals", "_report")

    def __init__(self, next_event: Callable[[], Any], report: Report) -> None:
        self._next = next_event
        self._report = report
        self._refusals = 0

    def document(self) -> Node | None:
        """The one document of the file; None when there is none."""
        self._next()
        begin = self._next()
        if isinstance(begin, yaml.StreamEndEvent):
            return None
        if begin.version or begin.tags:
            self._refuse(rules.DIRECTIVE, begin, "a YAML directive stands before this; delete it")
        root = self._node(self._next(), 0)
        self._next()
        following = self._next()
        if not isinstance(following, yaml.StreamEndEvent):
            message = "a second YAML document starts here; put it into a file of its own"
            self._refuse(rules.SEVERAL_DOCUMENTS, following, message)
        return root

    def _node(self, event: Any, depth: int) -> Node:
        self._check_decoration(event)
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        kind = type(event)
        if kind is yaml.ScalarEvent:
            return Scalar(event.value, line, column, not event.style)
        if kind is yaml.AliasEvent:
            return Broken(line, column)
        if depth == DEEPEST:
            message = f"lists and mappings are nested deeper than {DEEPEST} levels here; no file needs that"
            self._refuse(rules.TOO_DEEP, event, message)
            raise _Stop
        if kind is yaml.SequenceStartEvent:
            return Sequence(self._items(depth + 1), line, column)
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        self._fill(entries, keys, depth + 1)
        return Mapping(entries, keys, line, column)

    def _items(self, depth: int) -> list[Node]:
        items: list[Node] = []
        next_event = self._next
        while type(event := next_event()) is not yaml.SequenceEndEvent:
            items.append(_leaf(event) or self._node(event, depth))
        return items

    def _fill(self, entries: dict[str, Node], keys: dict[str, Scalar], depth: int) -> None:
        next_event = self._next
        while type(event := next_event()) is not yaml.MappingEndEvent:
            key = _leaf(event) or self._node(event, depth)
            following = next_event()
            value = _leaf(following) or self._node(following, depth)
            if type(key) is not Scalar:
                self._refuse_key(key, event)
            elif key.text in entries:
                self._refuse_second(key, keys[key.text], event)
            elif key.text == "<<" and key.plain:
                self._refuse(rules.MERGE_KEY, event, "merge keys are not supported; write the values out")
            else:
                entries[key.text] = value
                keys[key.text] = key

    def _refuse_key(self, key: Node, event: Any) -> None:
        if not isinstance(key, Broken):
            self._refuse(rules.COMPLEX_KEY, event, "a list or mapping can't be a key; write one word")

    def _refuse_second(self, key: Scalar, first: Scalar, event: Any) -> None:
        message = (
            f"the key {shown(key.text)} stands here for the second time; the first is in line {first.line}"
        )
        self._refuse(rules.DUPLICATE_KEY, event, f"{message}; keep one of them")

    def _check_decoration(self, event: Any) -> None:
        if type(event) is yaml.AliasEvent:
            message = "aliases are not supported; write the value out, or use a bundle"
            self._refuse(rules.ANCHOR, event, message)
            return
        if event.anchor is not None:
            self._refuse(rules.ANCHOR, event, "anchors are not supported; delete it, or use a bundle")
        if event.tag is not None:
            self._refuse(rules.TAG, event, f"the YAML tag {shown(event.tag)} is not supported; delete it")

    def _refuse(self, rule: Rule, event: Any, message: str) -> None:
        mark = event.start_mark
        self._report.add(rule, Broken(mark.line + 1, mark.column + 1), message)
        self._refusals += 1
        if self._refusals == MOST_REFUSALS:
            self._report.add(rule, None, f"{MOST_REFUSALS} problems of this kind; the rest was not read")
            raise _Stop


_scalar: Callable[[tuple[str, int, int, bool]], Scalar] = partial(tuple.__new__, Scalar)
"""Half the time of ``Scalar(...)``; four fifths of all nodes are made here."""


def _leaf(event: Any) -> Scalar | None:
    """The leaf that an event is; None when it is not a leaf, or one that must be looked at closely."""
    if type(event) is not yaml.ScalarEvent or event.tag is not None or event.anchor is not None:
        return None
    mark: Any = event.start_mark
    return _scalar((event.value, mark.line + 1, mark.column + 1, not event.style))
