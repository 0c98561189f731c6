"""The kinds of single values: what each takes, what it answers otherwise, and its JSON Schema.

One definition serves the loader and the JSON Schema, so that the two can't disagree. ``read`` returns the
value, or INVALID after it has added to the problems what is wrong.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from reconcile.declare import rules
from reconcile.declare.problems import ProblemList
from reconcile.declare.yaml.ambiguous_words import FIRST_CHARACTERS, other_meaning
from reconcile.declare.yaml.nodes import NULLS, ListNode, MappingNode, RefusedNode, ScalarNode, YamlNode
from reconcile.text import did_you_mean, quoted

JsonSchema = dict[str, Any]

INVALID: Final[Any] = object()
"""Stands for a value that was refused."""


class ValueSchema(Protocol):
    """What may stand as a value."""

    @property
    def noun(self) -> str:
        """What a message calls it: ``a list of roles``."""

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The value of a node, or INVALID."""

    def json_schema(self) -> JsonSchema:
        """The same as JSON Schema (draft 2020-12)."""


def refuse_type(expected: ValueSchema, node: YamlNode, problems: ProblemList) -> Any:
    """Add the problem that a value of another type stands here; a node that the reader refused has one."""
    if not isinstance(node, RefusedNode):
        bare = ", without quotes" if _is_quoted(node) and isinstance(expected, Flag | Number) else ""
        problems.add(rules.WRONG_TYPE, node, f"{_description(node)} stands here; write {expected.noun}{bare}")
    return INVALID


def _is_quoted(node: YamlNode) -> bool:
    return isinstance(node, ScalarNode) and not node.plain


def _description(node: ScalarNode | ListNode | MappingNode) -> str:
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


def _refuse_hidden_characters(node: ScalarNode, problems: ProblemList, *, lines: bool = False) -> bool:
    """True when the text holds characters that nobody sees; ``lines`` allows it several lines."""
    if _HIDDEN.search(node.text):
        message = "this text holds a control character or an invisible one; type it again without it"
    elif not lines and _BREAKS.search(node.text):
        message = "this text holds a line break or a tab; write it on one line"
    else:
        return False
    problems.add(rules.CONTROL_CHARACTER, node, message)
    return True


def _refuse_unquoted(node: ScalarNode, meaning: str, problems: ProblemList, *, private: bool) -> Any:
    subject, example = ("this", "") if private else (quoted(node.text), f': "{node.text}"')
    problems.add(
        rules.QUOTES, node, f"{subject} without quotes is {meaning} to YAML; write it in quotes{example}"
    )
    return INVALID


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
        if not text.isprintable() and _refuse_hidden_characters(node, problems, lines=self.lines):
            return INVALID
        unlimited = self.html and self.longest is None and not text.isspace()
        return text if unlimited else self._within_limits(node, problems)

    def _within_limits(self, node: ScalarNode, problems: ProblemList) -> Any:
        if not self.nullable and node.text.isspace():
            return refuse_type(self, ScalarNode("", node.mark), problems)
        if self.longest is not None and len(node.text) > self.longest:
            message = f"this has {len(node.text)} characters; the account takes at most {self.longest}"
            problems.add(rules.TOO_LONG, node, message)
            return INVALID
        if not self.html and _HTML.search(node.text):
            problems.add(rules.HTML, node, "the account takes no HTML here; write plain text")
            return INVALID
        return node.text

    def json_schema(self) -> JsonSchema:
        """A string, or null where that is allowed."""
        schema: JsonSchema = (
            {"type": ["string", "null"]} if self.nullable else {"type": "string", "pattern": r"\S"}
        )
        if self.longest is not None:
            schema["maxLength"] = self.longest
        if not self.html:
            schema["not"] = {"type": "string", "pattern": _HTML.pattern}
        return schema


@dataclass(frozen=True, slots=True)
class Pattern:
    """One word of a fixed form, and what it is converted to.

    ``advice`` says how to write it; a ``private`` value is not repeated in messages.
    """

    noun: str
    pattern: re.Pattern[str]
    advice: str
    private: bool = False
    convert: Callable[[str], Any] = str

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The converted word."""
        if type(node) is not ScalarNode or node.null:
            return refuse_type(self, node, problems)
        if not node.text.isprintable() and _refuse_hidden_characters(node, problems):
            return INVALID
        if not self.pattern.fullmatch(node.text):
            subject = "this" if self.private else quoted(node.text)
            problems.add(rules.WRONG_VALUE, node, f"{subject} is not {self.noun}; {self.advice}")
            return INVALID
        if node.plain and (meaning := other_meaning(node.text)):
            return _refuse_unquoted(node, meaning, problems, private=self.private)
        return self.convert(node.text)

    def json_schema(self) -> JsonSchema:
        """A string of that pattern."""
        return {"type": "string", "pattern": f"^(?:{self.pattern.pattern})$"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words; reads to the member where they are members of an enumeration."""

    words: tuple[str, ...]

    @property
    def noun(self) -> str:
        """The words, as a person would list them."""
        *others, last = (f"'{word}'" for word in self.words)
        return f"{', '.join(others)} or {last}" if others else last

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The word."""
        if type(node) is not ScalarNode or node.null:
            return refuse_type(self, node, problems)
        if node.text in self.words:
            return self.words[self.words.index(node.text)]
        advice = did_you_mean(node.text, self.words) if len(self.words) > 1 else ""
        message = f"{quoted(node.text)} is not known here; write {self.noun}{advice}"
        problems.add(rules.WRONG_VALUE, node, message)
        return INVALID

    def json_schema(self) -> JsonSchema:
        """One of the words."""
        return {"enum": [str(word) for word in self.words]}


@dataclass(frozen=True, slots=True)
class Flag:
    """``true`` or ``false``, in no other spelling."""

    noun: str = "true or false"

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The boolean."""
        if type(node) is ScalarNode and node.plain and node.text in ("true", "false"):
            return node.text == "true"
        return refuse_type(self, node, problems)

    def json_schema(self) -> JsonSchema:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number without quotes from ``low`` to ``high``, both included; an integer when ``whole``."""

    noun: str
    low: float
    high: float
    whole: bool = True

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The number: an int when whole, else a float."""
        form = _INTEGER if self.whole else _DECIMAL
        if type(node) is not ScalarNode or not node.plain or not form.fullmatch(node.text):
            return refuse_type(self, node, problems)
        number = float(node.text)
        if not self.low <= number <= self.high:
            problems.add(rules.OUT_OF_RANGE, node, f"{node.text} is out of range; write {self.noun}")
            return INVALID
        return int(number) if self.whole else number

    def json_schema(self) -> JsonSchema:
        """A number within the limits."""
        json_type = "integer" if self.whole else "number"
        return {"type": json_type, "minimum": self.low, "maximum": self.high}


_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,8})", re.ASCII)

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?", re.ASCII)

_ID = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A contact's id: digits, with or without quotes. Reads to text."""

    noun: str = "the contact's id, such as 13"

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The digits."""
        if type(node) is ScalarNode and _ID.fullmatch(node.text):
            return node.text
        return refuse_type(self, node, problems)

    def json_schema(self) -> JsonSchema:
        """An integer from 1, or its digits."""
        return {
            "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": f"^{_ID.pattern}$"}]
        }
