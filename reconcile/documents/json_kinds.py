"""The kinds of values in our documents: how each is written, read and described to others by a JSON Schema.

``codec`` finds the kind of a value by its type. A value that no type describes has a kind of its own, which
its key names: ``Annotated[str, EMPTY_AS_NULL]``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any

from reconcile.clock import utc_text

from .json_value import JsonValue

Schema = dict[str, Any]


class JsonKind:
    """One kind of value, in both directions. ``read`` raises ValueError with the path of the value."""

    def write(self, value: Any) -> Any:
        """A value of the model as JSON's types."""
        return value

    def read(self, value: JsonValue) -> Any:
        """The reverse; every value is checked, since documents may come from anywhere."""
        return value.value

    def read_key(self, holder: JsonValue, name: str) -> Any:
        """The value under a key, for kinds that depend on other keys of the same object."""
        return self.read(holder.key(name))

    def read_leniently(self, value: Any) -> Any:
        """A value of JSON's types in the form that the model gives it, unchecked."""
        return value

    def schema(self) -> Schema:
        """What a JSON Schema says of such a value."""
        return {}

    def closing_schema(self) -> Schema:
        """What a JSON Schema adds to allow no further keys."""
        return {}

    def object_rule(self, name: str) -> Schema | None:
        """What a JSON Schema says of the object that has such a value under this key."""
        del name
        return None


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class ScalarKind(JsonKind):
    """Text, a number, true or false."""

    reader: Callable[[JsonValue], Any]
    description: Mapping[str, Any]
    writer: Callable[[Any], Any] = _as_it_is

    def write(self, value: Any) -> Any:
        """See JsonKind."""
        return self.writer(value)

    def read(self, value: JsonValue) -> Any:
        """See JsonKind."""
        return self.reader(value)

    def schema(self) -> Schema:
        """See JsonKind."""
        return dict(self.description)


def words(kind: type[StrEnum], *allowed: StrEnum) -> ScalarKind:
    """One of the words of an enumeration, or of those of them that are allowed."""
    members = allowed or tuple(kind)
    return ScalarKind(lambda value: kind(value.one_of(*members)), {"enum": list(map(str, members))}, str)


ANYTHING = ScalarKind(attrgetter("value"), {})

EMPTY_AS_NULL = ScalarKind(
    lambda value: value.optional_text() or "", {"type": ["string", "null"]}, lambda text: text or None
)
"""Text that is null where it is empty."""

ZERO_AS_NULL = ScalarKind(
    lambda value: 0 if value.absent else value.count(),
    {"type": ["integer", "null"], "minimum": 1},
    lambda number: number or None,
)
"""A whole number that is null where it is 0."""

INSTANT_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"

SCALARS: dict[Any, ScalarKind] = {
    Any: ANYTHING,
    str: ScalarKind(JsonValue.text, {"type": "string"}),
    int: ScalarKind(JsonValue.count, {"type": "integer", "minimum": 0}),
    bool: ScalarKind(JsonValue.flag, {"type": "boolean"}),
    datetime: ScalarKind(
        JsonValue.instant,
        {"description": "An instant in UTC, to the second.", "type": "string", "pattern": INSTANT_PATTERN},
        utc_text,
    ),
}
"""The kinds that a type alone tells. A whole number is a count: none of our documents has one below zero."""


def or_null(schema: Schema) -> Schema:
    """A schema that takes null, too. All else in it but an enumeration is about its own type alone."""
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


@dataclass(frozen=True, slots=True)
class NullableKind(JsonKind):
    """A value, or null for None."""

    inner: JsonKind

    def write(self, value: Any) -> Any:
        """See JsonKind."""
        return None if value is None else self.inner.write(value)

    def read(self, value: JsonValue) -> Any:
        """See JsonKind."""
        return None if value.absent else self.inner.read(value)

    def read_leniently(self, value: Any) -> Any:
        """See JsonKind."""
        return self.inner.read_leniently(value)

    def schema(self) -> Schema:
        """See JsonKind."""
        return or_null(self.inner.schema())

    def closing_schema(self) -> Schema:
        """See JsonKind."""
        return self.inner.closing_schema()


@dataclass(frozen=True, slots=True)
class ListKind(JsonKind):
    """A list; the model has a tuple."""

    member: JsonKind

    def write(self, value: Any) -> Any:
        """See JsonKind."""
        return [self.member.write(member) for member in value]

    def read(self, value: JsonValue) -> Any:
        """See JsonKind."""
        return tuple(self.member.read(member) for member in value.items())

    def read_leniently(self, value: Any) -> Any:
        """See JsonKind."""
        return tuple(map(self.member.read_leniently, value)) if isinstance(value, list) else value

    def schema(self) -> Schema:
        """See JsonKind."""
        return {"type": "array", "items": self.member.schema()}

    def closing_schema(self) -> Schema:
        """See JsonKind."""
        closing = self.member.closing_schema()
        return {"items": closing} if closing else {}


@dataclass(frozen=True, slots=True)
class MappingKind(JsonKind):
    """An object with whatever keys, whose values are all of one kind."""

    member: JsonKind

    def write(self, value: Any) -> Any:
        """See JsonKind."""
        return {name: self.member.write(member) for name, member in value.items()}

    def read(self, value: JsonValue) -> Any:
        """See JsonKind."""
        return {name: self.member.read(value.key(name)) for name in value.mapping()}

    def schema(self) -> Schema:
        """See JsonKind."""
        return {"type": "object", "additionalProperties": self.member.schema()}
