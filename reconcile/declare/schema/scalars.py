"""The kinds of single values but texts: what each takes, what it answers otherwise, and its JSON Schema.

One definition serves the loader and the JSON Schema, so that the two can't disagree. ``read`` returns the
value, or INVALID after it has added to the problems what is wrong.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from reconcile import clock
from reconcile.declare import rules
from reconcile.declare.problems import ListNode, MappingNode, ProblemList, RefusedNode, ScalarNode, YamlNode
from reconcile.declare.rules import Rule
from reconcile.model.contact import CONTACT_ID
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


def refuse(rule: Rule, node: YamlNode, message: str, problems: ProblemList) -> Any:
    """Add the problem that a value breaks a rule, and answer INVALID for it."""
    problems.add(rule, node, message)
    return INVALID


def refuse_type(expected: ValueSchema, node: YamlNode, problems: ProblemList) -> Any:
    """Add the problem that a value of another type stands here; a node that the reader refused has one."""
    if not isinstance(node, RefusedNode):
        is_quoted = isinstance(node, ScalarNode) and not node.plain
        bare = ", without quotes" if is_quoted and isinstance(expected, Flag | Number) else ""
        problems.add(rules.WRONG_TYPE, node, f"{_description(node)} stands here; write {expected.noun}{bare}")
    return INVALID


def _description(node: ScalarNode | ListNode | MappingNode) -> str:
    match node:
        case ScalarNode():
            return "nothing" if node.null else quoted(node.text)
        case ListNode():
            return "a list"
        case MappingNode():
            return "a mapping"


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
        alone = ", or delete the key"
        advice = did_you_mean(node.text, self.words) if len(self.words) > 1 else alone
        message = f"{quoted(node.text)} is not known here; write {self.noun}{advice}"
        return refuse(rules.WRONG_VALUE, node, message, problems)

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
            message = f"{node.text} is out of range; write {self.noun}"
            return refuse(rules.OUT_OF_RANGE, node, message, problems)
        return int(number) if self.whole else number

    def json_schema(self) -> JsonSchema:
        """A number within the limits."""
        json_type = "integer" if self.whole else "number"
        return {"type": json_type, "minimum": self.low, "maximum": self.high}


_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,8})", re.ASCII)

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A contact's id: digits, with or without quotes. Reads to text."""

    noun: str = "the contact's id, such as 13"

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The digits."""
        if type(node) is ScalarNode and CONTACT_ID.fullmatch(node.text):
            return node.text
        return refuse_type(self, node, problems)

    def json_schema(self) -> JsonSchema:
        """An integer from 1, or its digits."""
        return {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": f"^{CONTACT_ID.pattern}$"},
            ]
        }


NO_SUCH_DATE = "is not in the calendar; write a day and a time that exist"

_WITHOUT_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class DateOrInstant:
    """A day, or an instant with its offset. Reads to a date, or to a datetime in UTC."""

    noun: str = "a date (YYYY-MM-DD) or a date-time with offset"

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The day or the instant; no other form, so that a slip never means "no expiry"."""
        if type(node) is not ScalarNode or node.null:
            return refuse_type(self, node, problems)
        value = _parse_date(node.text)
        if isinstance(value, str):
            rule = rules.NO_SUCH_DATE if value is NO_SUCH_DATE else rules.NOT_A_DATE
            return refuse(rule, node, f"{quoted(node.text)} {value}", problems)
        return value

    def json_schema(self) -> JsonSchema:
        """The two forms; no schema can say which days exist."""
        forms = f"{clock.DATE.pattern}|{clock.DATE_TIME.pattern}".replace(r"\d", "[0-9]")
        return {"type": "string", "pattern": f"^(?:{forms})$"}


@lru_cache(maxsize=4096)
def _parse_date(text: str) -> date | str:
    """The day or the instant, or why it is neither; cached, since few dates stand in many places."""
    try:
        value = clock.parse_day(text) or clock.parse_instant(text)
    except ValueError:
        return NO_SUCH_DATE
    if value is not None:
        return value
    if _WITHOUT_OFFSET.fullmatch(text):
        return "has no offset, so it is no certain instant; add one, such as +00:00"
    return "is not a date; write YYYY-MM-DD, or a date-time with offset such as 2027-01-31T17:00:00+00:00"


def window_start(value: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day in the time zone; an instant is itself."""
    return value if isinstance(value, datetime) else clock.start_of(value, zone)


def window_end(value: date, zone: ZoneInfo) -> datetime:
    """The first instant after a day in the time zone; an instant is itself."""
    return value if isinstance(value, datetime) else clock.end_of(value, zone)
