"""Dates and instants as they are written, and the instants they mean in a time zone."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from reconcile import clock
from reconcile.declare import rules
from reconcile.declare.problems import ProblemList
from reconcile.declare.yaml.nodes import ScalarNode, YamlNode
from reconcile.text import quoted

from .scalars import INVALID, JsonSchema, refuse_type

NO_SUCH_DATE = "is not in the calendar; write a day and a time that exist"

FORMS = "write YYYY-MM-DD, or a date-time with offset such as 2027-01-31T17:00:00+00:00"

_WITHOUT_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class DateOrInstant:
    """A day, or an instant with its offset. Reads to a date, or to a datetime in UTC."""

    noun: str = "a date (YYYY-MM-DD) or a date-time with offset"

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The day or the instant; no other form, so that a slip never means "no expiry"."""
        if type(node) is not ScalarNode or node.null:
            return refuse_type(self, node, problems)
        value = _parse(node.text)
        if isinstance(value, str):
            rule = rules.NO_SUCH_DATE if value is NO_SUCH_DATE else rules.NOT_A_DATE
            problems.add(rule, node, f"{quoted(node.text)} {value}")
            return INVALID
        return value

    def json_schema(self) -> JsonSchema:
        """The two forms; no schema can say which days exist."""
        forms = f"{clock.DATE.pattern}|{clock.DATE_TIME.pattern}".replace(r"\d", "[0-9]")
        return {"type": "string", "pattern": f"^(?:{forms})$"}


@lru_cache(maxsize=4096)
def _parse(text: str) -> date | str:
    """The day or the instant, or why it is neither; cached, since few dates stand in many places."""
    try:
        value = clock.parse_day(text) or clock.parse_instant(text)
    except ValueError:
        return NO_SUCH_DATE
    if value is not None:
        return value
    if _WITHOUT_OFFSET.fullmatch(text):
        return "has no offset, so it is no certain instant; add one, such as +00:00"
    return f"is not a date; {FORMS}"


def window_start(value: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day in the time zone; an instant is itself."""
    return value if isinstance(value, datetime) else clock.start_of(value, zone)


def window_end(value: date, zone: ZoneInfo) -> datetime:
    """The first instant after a day in the time zone; an instant is itself."""
    return value if isinstance(value, datetime) else clock.end_of(value, zone)
