"""Lines that hold no sign of YAML beyond ``key: word``, read without a parser; ``line_reader`` says why.

All positions here are lines and columns from 0 within the text that is given.
"""

import re

from reconcile.declare.problems import MappingNode, Position, ProblemList, ScalarNode, YamlNode
from reconcile.text import invisible_character

from .source import decode, refuse_conflicts

BLANK_LINES = "(?: *(?:#[^\n]*)?\n)*+"
"""Blank lines, and lines that hold only a comment."""

_WORD = r"\w[\w.@+/()&' -]*(?<! )"
"""A word, or several on one line, without a sign that means something to YAML, be it within brackets."""

_SCALAR = f"""(?P<scalar>(?P<word>{_WORD})|"(?P<double>[^"\\\\\n]*)"|'(?P<single>[^'\n]*)')"""
"""Within quotes there are no escapes."""

_END = " *(?: #[^\n]*)?\n"

_ONE_SCALAR = re.compile(f" +{_SCALAR}{_END}")

_LINES_FOLLOW = re.compile(_END)

_FIELD_LINE = re.compile(f"(?P<blanks> +)(?P<name>[A-Za-z0-9]+): +{_SCALAR}{_END}")

_BRACKETS = re.compile(f" +{{(?P<fields>[^{{}}\n]+)}}{_END}")

_FIELD_IN_BRACKETS = re.compile(f"(?P<name>[A-Za-z0-9]+): +{_SCALAR}(?:, *|$)")

_Field = tuple[str, ScalarNode]
"""A field's name and value."""


def plain_text(data: bytes | None) -> str | None:
    """The text of a file, lines ended by line feeds; None where it has signs that are to be looked at."""
    problems = ProblemList("", [])
    text = decode(data, problems)
    if text is None or not text.endswith("\n") or refuse_conflicts(text, problems):
        return None
    text = text.replace("\r\n", "\n")
    return None if "\t" in text or invisible_character(text) else text


def plain_scalar(text: str) -> ScalarNode | None:
    """What stands behind ``key:``, when it is a word or a text on one line."""
    match = _ONE_SCALAR.fullmatch(text)
    return _node(match, 0, 0) if match else None


def plain_fields(text: str, column: int) -> MappingNode | None:
    """The fields behind or below ``key:``, each a word or a text on one line; None where one is another.

    ``text`` begins at that column of its line.
    """
    fields = _fields_in_brackets(text, column) or _fields_below(text)
    entries: dict[str, YamlNode] = dict(fields)
    keys = {name: ScalarNode(name, node.mark, "") for name, node in fields}
    return MappingNode(entries, keys, Position(0, 0)) if fields and len(entries) == len(fields) else None


def _fields_in_brackets(text: str, column: int) -> list[_Field]:
    """The fields of ``{name: value, name: value}``."""
    brackets = _BRACKETS.fullmatch(text)
    if brackets is None:
        return []
    fields: list[_Field] = []
    start, end = brackets.span("fields")
    while start < end:
        match = _FIELD_IN_BRACKETS.match(text, start, end)
        if match is None:
            return []
        fields.append((match["name"], _node(match, 0, column + match.start("scalar"))))
        start = match.end()
    return fields


def _fields_below(text: str) -> list[_Field]:
    """The fields of lines ``name: value``, all behind as many blanks."""
    first = _LINES_FOLLOW.match(text)
    if first is None:
        return []
    fields: list[_Field] = []
    start, blanks = first.end(), None
    while start < len(text):
        match = _FIELD_LINE.match(text, start)
        if match is None or match["blanks"] != (blanks or match["blanks"]):
            return []
        blanks = match["blanks"]
        fields.append((match["name"], _node(match, len(fields) + 1, match.start("scalar") - start)))
        start = match.end()
    return fields


def _node(match: re.Match[str], line: int, column: int) -> ScalarNode:
    mark = Position(line, column)
    if match["word"] is not None:
        return ScalarNode(match["word"], mark, "")
    if match["double"] is not None:
        return ScalarNode(match["double"], mark, '"')
    return ScalarNode(match["single"], mark, "'")
