"""The kinds of values, each with what it takes, what it says otherwise, and its JSON Schema.

One definition serves the loader and the schema, so that they can't disagree. ``read`` returns the value, or
WRONG after it has told the report what is wrong.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, Protocol

from reconcile.declare import rules
from reconcile.declare.problems import ProblemList
from reconcile.declare.yaml.ambiguous_words import SUSPECT, reads_as
from reconcile.declare.yaml.nodes import (
    NULLS,
    FinishedNode,
    ListNode,
    MappingNode,
    RefusedNode,
    ScalarNode,
    YamlNode,
)
from reconcile.text import did_you_mean, quoted

JsonSchema = dict[str, Any]

INVALID: Final[Any] = object()
"""Stands for a value that was refused."""


class ValueSchema(Protocol):
    """What may stand as a value."""

    @property
    def noun(self) -> str:
        """How a message calls it: ``a list of roles``."""

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The value of a node, or WRONG."""

    def schema(self) -> JsonSchema:
        """The same as JSON Schema (draft 2020-12)."""


def expected(kind: ValueSchema, node: YamlNode, report: ProblemList) -> Any:
    """Tell that a value of another kind stands here."""
    if not isinstance(node, RefusedNode | FinishedNode):
        bare = ", without quotes" if _is_quoted(node) and isinstance(kind, Flag | Number) else ""
        report.add(rules.WRONG_TYPE, node, f"{_found_instead(node)} stands here; write {kind.noun}{bare}")
    return INVALID


def _is_quoted(node: YamlNode) -> bool:
    return isinstance(node, ScalarNode) and not node.plain


def _found_instead(node: ScalarNode | ListNode | MappingNode) -> str:
    match node:
        case ScalarNode():
            return "nothing" if node.null else quoted(node.text)
        case ListNode():
            return "a list"
        case MappingNode():
            return "a mapping"


_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)

_BREAKS = re.compile("[\t\n]")

_HTML = re.compile(r"<[A-Za-z/!?]")


def hides_characters(node: ScalarNode, report: ProblemList, *, lines: bool = False) -> bool:
    """True, and told, when a text holds what the eye does not see; ``lines`` lets it have several lines."""
    if _HIDDEN.search(node.text):
        message = "this text holds a control character or an invisible one; type it again without it"
    elif not lines and _BREAKS.search(node.text):
        message = "this text holds a line break or a tab; write it on one line"
    else:
        return False
    report.add(rules.CONTROL_CHARACTER, node, message)
    return True


@dataclass(frozen=True, slots=True)
class Text:
    """Words on one line (or on several with ``lines``).

    With ``nullable`` nothing and the empty text both mean None; otherwise the text must not be blank.
    ``longest`` is in characters. A ``private`` value is not repeated in messages, which may be logged.
    """

    noun: str = "text"
    nullable: bool = False
    longest: int | None = None
    html: bool = True
    lines: bool = False
    private: bool = False

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The text; None for nothing where that is allowed."""
        if type(node) is not ScalarNode:
            return expected(self, node, report)
        text = node.text
        if not text or (text in NULLS and not node.style):
            return None if self.nullable else expected(self, node, report)
        if not node.style and text[0] in SUSPECT and (meaning := reads_as(text)):
            return _unquoted(node, meaning, report, private=self.private)
        if not text.isprintable() and hides_characters(node, report, lines=self.lines):
            return INVALID
        free = self.html and self.longest is None and not text.isspace()
        return text if free else self._within_limits(node, report)

    def _within_limits(self, node: ScalarNode, report: ProblemList) -> Any:
        if not self.nullable and node.text.isspace():
            return expected(self, ScalarNode("", node.mark), report)
        if self.longest is not None and len(node.text) > self.longest:
            message = f"this has {len(node.text)} characters; the account takes at most {self.longest}"
            report.add(rules.TOO_LONG, node, message)
            return INVALID
        if not self.html and _HTML.search(node.text):
            report.add(rules.HTML, node, "the account takes no HTML here; write plain text")
            return INVALID
        return node.text

    def schema(self) -> JsonSchema:
        """A string, or null where that is allowed."""
        found: JsonSchema = (
            {"type": ["string", "null"]} if self.nullable else {"type": "string", "pattern": r"\S"}
        )
        if self.longest is not None:
            found["maxLength"] = self.longest
        if not self.html:
            found["not"] = {"type": "string", "pattern": _HTML.pattern}
        return found


def _unquoted(node: ScalarNode, meaning: str, report: ProblemList, *, private: bool = False) -> Any:
    subject, example = ("this", "") if private else (quoted(node.text), f': "{node.text}"')
    report.add(
        rules.QUOTES, node, f"{subject} without quotes is {meaning} to YAML; write it in quotes{example}"
    )
    return INVALID


@dataclass(frozen=True, slots=True)
class Pattern:
    """One word of a fixed form. ``advice`` says how to write it; ``private`` is as in Text."""

    noun: str
    pattern: re.Pattern[str]
    advice: str
    private: bool = False

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The word."""
        if type(node) is not ScalarNode or node.null:
            return expected(self, node, report)
        if not node.text.isprintable() and hides_characters(node, report):
            return INVALID
        if not self.pattern.fullmatch(node.text):
            subject = "this" if self.private else quoted(node.text)
            report.add(rules.WRONG_VALUE, node, f"{subject} is not {self.noun}; {self.advice}")
            return INVALID
        if node.plain and (meaning := reads_as(node.text)):
            return _unquoted(node, meaning, report, private=self.private)
        return node.text

    def schema(self) -> JsonSchema:
        """A string of that pattern."""
        return {"type": "string", "pattern": f"^(?:{self.pattern.pattern})$"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a few; reads to the member where these are of an enumeration."""

    words: tuple[str, ...]

    @property
    def noun(self) -> str:
        """The words, as a person would list them."""
        *others, last = (f"'{word}'" for word in self.words)
        return f"{', '.join(others)} or {last}" if others else last

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The word."""
        if type(node) is not ScalarNode or node.null:
            return expected(self, node, report)
        if node.text in self.words:
            return self.words[self.words.index(node.text)]
        hint = did_you_mean(node.text, self.words) if len(self.words) > 1 else ""
        report.add(rules.WRONG_VALUE, node, f"{quoted(node.text)} is not known here; write {self.noun}{hint}")
        return INVALID

    def schema(self) -> JsonSchema:
        """One of the words."""
        return {"enum": [str(word) for word in self.words]}


@dataclass(frozen=True, slots=True)
class Flag:
    """``true`` or ``false``, in no other spelling."""

    noun: str = "true or false"

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The boolean."""
        if type(node) is ScalarNode and node.plain and node.text in ("true", "false"):
            return node.text == "true"
        return expected(self, node, report)

    def schema(self) -> JsonSchema:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number without quotes from ``low`` to ``high``, both included; an integer when ``whole``."""

    noun: str
    low: float
    high: float
    whole: bool = True

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The number, an int when whole and a float otherwise."""
        form = _WHOLE if self.whole else _DECIMAL
        if type(node) is not ScalarNode or not node.plain or not form.fullmatch(node.text):
            return expected(self, node, report)
        number = float(node.text)
        if not self.low <= number <= self.high:
            report.add(rules.OUT_OF_RANGE, node, f"{node.text} is out of range; write {self.noun}")
            return INVALID
        return int(number) if self.whole else number

    def schema(self) -> JsonSchema:
        """A number within the limits."""
        kind = "integer" if self.whole else "number"
        return {"type": kind, "minimum": self.low, "maximum": self.high}


_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,8})", re.ASCII)

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?", re.ASCII)

_ID = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A contact's id: digits, with or without quotes; always text inside."""

    noun: str = "the contact's id, such as 13"

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The digits."""
        if type(node) is ScalarNode and _ID.fullmatch(node.text):
            return node.text
        return expected(self, node, report)

    def schema(self) -> JsonSchema:
        """An integer from 1, or its digits."""
        return {
            "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": f"^{_ID.pattern}$"}]
        }
