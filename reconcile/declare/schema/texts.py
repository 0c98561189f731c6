"""The kinds of texts, and the words that need quotes because YAML readers take them for something else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconcile.declare import rules
from reconcile.declare.problems import NULLS, ProblemList, ScalarNode, YamlNode
from reconcile.text import quoted
from reconcile.wire.fields import HTML_START

from .scalars import INVALID, JsonSchema, refuse, refuse_type

_BOOLEANS = frozenset(
    word
    for stem in ("y", "n", "yes", "no", "true", "false", "on", "off")
    for word in (stem, stem.capitalize(), stem.upper())
)

_OTHER_NULLS = frozenset({"Null", "NULL"})

_SPECIAL = _BOOLEANS | _OTHER_NULLS | {"=", "<<"}

_NUMERIC_START = frozenset("0123456789+-.")

_NUMBER = re.compile(
    r"""
      [-+]? 0b [01_]+                                    # binary
    | [-+]? 0o [0-7_]+                                   # octal, YAML 1.2
    | [-+]? 0x [0-9a-fA-F_]+                             # hexadecimal
    | [-+]? [0-9] [0-9_]* (:[0-5]?[0-9])+ (\.[0-9_]*)?   # sexagesimal: 12:30 is 750
    | [-+]? (\.[0-9]|[0-9]) [0-9_]* (\.[0-9_]*)? ([eE][-+]?[0-9]+)?
    | [-+]? \. (inf|Inf|INF)
    | \. (nan|NaN|NAN)
    """,
    re.ASCII | re.VERBOSE,
)

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?", re.ASCII)

FIRST_CHARACTERS = frozenset("0123456789+-.~") | {word[0] for word in _SPECIAL}
"""The first characters of all ambiguous words: a word that begins otherwise need not be looked up."""


def other_meaning(word: str) -> str | None:
    """What else a word without quotes means to YAML, such as ``a number``; None when it is only text."""
    if word in _SPECIAL:
        return "a boolean" if word in _BOOLEANS else "nothing" if word in _OTHER_NULLS else "a sign"
    if word[0] not in _NUMERIC_START:
        return None
    if _NUMBER.fullmatch(word):
        return "a number"
    return "a date" if _DATE.fullmatch(word) else None


_BREAKS = re.compile("[\t\n]")


def _refuse_breaks(node: ScalarNode, problems: ProblemList) -> bool:
    """True when a text of one line has several, or a tab."""
    if not _BREAKS.search(node.text):
        return False
    message = "this text holds a line break or a tab; write it on one line"
    problems.add(rules.CONTROL_CHARACTER, node, message)
    return True


def _refuse_unquoted(node: ScalarNode, meaning: str, problems: ProblemList, *, private: bool) -> Any:
    subject, example = ("this", "") if private else (quoted(node.text), f': "{node.text}"')
    message = f"{subject} without quotes is {meaning} to YAML; write it in quotes{example}"
    return refuse(rules.QUOTES, node, message, problems)


@dataclass(frozen=True, slots=True)
class Text:
    """Words on one line, or on several with ``lines``.

    With ``nullable`` nothing and the empty text both mean None; otherwise the text must not be blank.
    ``longest`` is in characters. ``html`` is False where the account takes no HTML. A ``private`` value is
    not repeated in messages, which may be logged.
    """

    noun: str = "text"
    nullable: bool = False
    longest: int | None = None
    html: bool = True
    lines: bool = False
    private: bool = False

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The text; None for nothing where that is allowed."""
        if type(node) is not ScalarNode:
            return refuse_type(self, node, problems)
        text = node.text
        if not text or (text in NULLS and not node.style):
            return None if self.nullable else refuse_type(self, node, problems)
        if not node.style and text[0] in FIRST_CHARACTERS and (meaning := other_meaning(text)):
            return _refuse_unquoted(node, meaning, problems, private=self.private)
        if not (self.lines or text.isprintable()) and _refuse_breaks(node, problems):
            return INVALID
        unlimited = self.html and self.longest is None and not text.isspace()
        return text if unlimited else self._within_limits(node, problems)

    def _within_limits(self, node: ScalarNode, problems: ProblemList) -> Any:
        if not self.nullable and node.text.isspace():
            return refuse_type(self, ScalarNode("", node.mark), problems)
        if self.longest is not None and len(node.text) > self.longest:
            message = (
                f"this has {len(node.text)} characters; the account takes at most {self.longest}: shorten it"
            )
            return refuse(rules.TOO_LONG, node, message, problems)
        if not self.html and HTML_START.search(node.text):
            return refuse(rules.HTML, node, "the account takes no HTML here; write plain text", problems)
        return node.text

    def json_schema(self) -> JsonSchema:
        """A string, or null where that is allowed."""
        schema: JsonSchema = (
            {"type": ["string", "null"]} if self.nullable else {"type": "string", "pattern": r"\S"}
        )
        if self.longest is not None:
            schema["maxLength"] = self.longest
        if not self.html:
            schema["not"] = {"type": "string", "pattern": HTML_START.pattern}
        return schema


@dataclass(frozen=True, slots=True)
class Pattern:
    """One word of a fixed form, and what it is converted to.

    ``advice`` says how to write it; a ``private`` value is not repeated in messages. ``instead`` holds words
    of the right form that are usual slips, each with the word that is meant.
    """

    noun: str
    pattern: re.Pattern[str]
    advice: str
    private: bool = False
    convert: Callable[[str], Any] = str
    instead: Mapping[str, str] = field(default_factory=dict)

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The converted word."""
        if type(node) is not ScalarNode or node.null:
            return refuse_type(self, node, problems)
        if not node.text.isprintable() and _refuse_breaks(node, problems):
            return INVALID
        if not self.pattern.fullmatch(node.text) or node.text in self.instead:
            subject = "this" if self.private else quoted(node.text)
            message = f"{subject} is not {self.noun}; {self._advice(node.text)}"
            return refuse(rules.WRONG_VALUE, node, message, problems)
        if node.plain and (meaning := other_meaning(node.text)):
            return _refuse_unquoted(node, meaning, problems, private=self.private)
        return self.convert(node.text)

    def _advice(self, text: str) -> str:
        capitals = text.upper()
        meant = self.instead.get(capitals)
        if meant is None and not self.private and self.pattern.fullmatch(capitals):
            meant = capitals
        return f"write {meant}" if meant else self.advice

    def json_schema(self) -> JsonSchema:
        """A string of that pattern, and none of the slips."""
        schema: JsonSchema = {"type": "string", "pattern": f"^(?:{self.pattern.pattern})$"}
        return schema | {"not": {"enum": sorted(self.instead)}} if self.instead else schema
