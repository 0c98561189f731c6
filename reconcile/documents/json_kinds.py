"""The kinds of values in our documents: how each is read, written and described to others by a JSON Schema.

``codec`` finds the kind of a value by its type. A value that no type describes has a kind of its own, which
its key names: ``Annotated[str, EMPTY_AS_NULL]``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from reconcile.clock import utc_text

from .json_text import JsonValue

Schema = dict[str, Any]


def as_it_is(value: Any) -> Any:
    """A value that JSON and the model have in the same form."""
    return value


@dataclass(frozen=True, slots=True)
class JsonKind:
    """One kind of value, in both directions. Reading raises ValueError with the path of what is wrong.

    ``closing`` is what a schema adds to allow no further keys. ``read_leniently`` reads objects that may miss
    what has a default, where that differs. A kind that depends on other keys of its object reads with
    ``read_key``, by the object and the key, and ``object_rule`` is what the object's schema says of that key.
    """

    read: Callable[[JsonValue], Any]
    schema: Schema
    write: Callable[[Any], Any] = as_it_is
    closing: Schema = field(default_factory=dict)
    read_leniently: Callable[[JsonValue], Any] | None = None
    read_key: Callable[[JsonValue, str], Any] | None = None
    object_rule: Callable[[str], Schema] | None = None

    @property
    def leniently(self) -> Callable[[JsonValue], Any]:
        """Reads a value that an earlier version may have written."""
        return self.read_leniently or self.read


ANYTHING = JsonKind(lambda value: value.value, {})

EMPTY_AS_NULL = JsonKind(
    lambda value: value.optional_text() or "", {"type": ["string", "null"]}, lambda text: text or None
)
"""Text that is null where it is empty."""

ZERO_AS_NULL = JsonKind(
    lambda value: 0 if value.absent else value.count(),
    {"type": ["integer", "null"], "minimum": 1},
    lambda number: number or None,
)
"""A whole number that is null where it is 0."""

NOTED_INSTANT = JsonKind(
    lambda value: value.text() and utc_text(value.instant()), {"type": "string", "pattern": r"^$|Z$"}
)
"""An instant as text, or the empty text where none was noted."""

MOST_NOTED = 2**53 - 1
"""The largest whole number on which all readers of JSON agree (RFC 8259, section 6)."""


def _noted_number(value: JsonValue) -> int:
    if value.count() > MOST_NOTED:
        raise value.wrong(f"is above {MOST_NOTED}")
    return value.count()


NOTED_NUMBER = JsonKind(_noted_number, {"type": "integer", "minimum": 0, "maximum": MOST_NOTED})
"""A whole number that others calculate with."""

INSTANT_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"

SCALARS: dict[Any, JsonKind] = {
    Any: ANYTHING,
    str: JsonKind(JsonValue.text, {"type": "string"}),
    int: JsonKind(JsonValue.count, {"type": "integer", "minimum": 0}),
    bool: JsonKind(JsonValue.flag, {"type": "boolean"}),
    datetime: JsonKind(
        JsonValue.instant,
        {"description": "An instant in UTC, to the second.", "type": "string", "pattern": INSTANT_PATTERN},
        utc_text,
    ),
}
"""The kinds that a type alone tells. A whole number is a count: none of our documents has one below zero."""


def words(kind: type[StrEnum], *allowed: StrEnum) -> JsonKind:
    """One of the words of an enumeration, or of those of them that are allowed."""
    members = allowed or tuple(kind)
    return JsonKind(lambda value: kind(value.one_of(*members)), {"enum": list(map(str, members))}, str)


def or_null(schema: Schema) -> Schema:
    """A schema that takes null, too. All else in it but an enumeration is about its own type alone."""
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def nullable(inner: JsonKind) -> JsonKind:
    """A value, or null for None."""
    return JsonKind(
        lambda value: None if value.absent else inner.read(value),
        or_null(inner.schema),
        lambda value: None if value is None else inner.write(value),
        inner.closing,
        lambda value: None if value.absent else inner.leniently(value),
    )


def list_of(member: JsonKind) -> JsonKind:
    """A list; the model has a tuple."""
    return JsonKind(
        lambda value: tuple(map(member.read, value.items())),
        {"type": "array", "items": member.schema},
        lambda members: list(map(member.write, members)),
        {"items": member.closing} if member.closing else {},
        lambda value: tuple(map(member.leniently, value.items())),
    )


def mapping_of(member: JsonKind) -> JsonKind:
    """An object with any keys, whose values are all of one kind."""

    def write(members: Mapping[str, Any]) -> dict[str, Any]:
        return {name: member.write(value) for name, value in members.items()}

    def read(value: JsonValue) -> dict[str, Any]:
        return {name: member.read(value.key(name)) for name in value.mapping()}

    return JsonKind(read, {"type": "object", "additionalProperties": member.schema}, write)
