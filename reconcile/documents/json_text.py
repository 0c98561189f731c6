"""JSON text: how our own is written, and how that of others is read, value by value with its path."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from reconcile.clock import parse_utc_text

_BATCH = 256
"""Number of members that are written at once where a long list has a digest."""


def json_text(document: Mapping[str, Any] | list[Any]) -> str:
    """A document as the text of a file: indented, and printable ASCII, with JSON's escapes for all else.

    So a file reads the same everywhere, a lone surrogate survives, and no character of a customer's name
    steers the terminal that the file is shown on.
    """
    # DEL is the one control character that JSON lets stand as it is.
    return json.dumps(document, indent=2).replace("\x7f", "\\u007f") + "\n"


def canonical_json(value: Any) -> bytes:
    """The one way to write a value made of JSON's types: keys sorted, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def digest_of(value: Any) -> str:
    """``sha256:`` and the digest of a value made of JSON's types."""
    return f"sha256:{sha256(canonical_json(value)).hexdigest()}"


def digest_of_list(members: Iterable[Any]) -> str:
    """The digest of a list of such values, of which only a few are in memory at a time."""
    digest, rest, separator = sha256(b"["), iter(members), b""
    while batch := list(islice(rest, _BATCH)):
        digest.update(separator + canonical_json(batch)[1:-1])
        separator = b","
    digest.update(b"]")
    return f"sha256:{digest.hexdigest()}"


def parse_unique_keys(content: bytes) -> Any:
    """The value of a JSON text in which no object names a key twice.

    Of two, readers would take different ones (RFC 8259, section 4). Raises ValueError for a text that is not
    JSON, or names a key twice, and RecursionError for one that is nested too deeply.
    """
    return json.loads(content, object_pairs_hook=_unique_keys)


def _unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"it names {next(name for name in names if names.count(name) > 1)} twice")
    return members


@dataclass(frozen=True, slots=True)
class JsonValue:
    """One value of a document. Each method returns it as what it must be, or raises ValueError."""

    value: Any
    path: str = ""

    @property
    def absent(self) -> bool:
        """True for null."""
        return self.value is None

    def wrong(self, what: str) -> ValueError:
        """The error that names this place: ``changes[3].action is not …``."""
        return ValueError(f"{self.path or 'the plan'} {what}")

    def has(self, name: str) -> bool:
        """True when the object has that key."""
        return name in self.mapping()

    def key(self, name: str) -> "JsonValue":
        """The value under a key that must be there."""
        path = f"{self.path}.{name}" if self.path else name
        try:
            return JsonValue(self.mapping()[name], path)
        except KeyError:
            raise ValueError(f"{path} is missing") from None

    def items(self) -> list["JsonValue"]:
        """The members of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("is not a list")
        return [JsonValue(member, f"{self.path}[{index}]") for index, member in enumerate(self.value)]

    def mapping(self) -> Mapping[str, Any]:
        """An object, unchanged."""
        if not isinstance(self.value, Mapping):
            raise self.wrong("is not an object")
        return self.value

    def text(self) -> str:
        """A string."""
        if not isinstance(self.value, str):
            raise self.wrong("is not a string")
        return self.value

    def optional_text(self) -> str | None:
        """A string, or None for null."""
        return None if self.absent else self.text()

    def count(self) -> int:
        """A whole number, not below zero."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 0:
            raise self.wrong("is not a whole number from 0")
        return self.value

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.wrong("is not true or false")
        return self.value

    def one_of(self, *words: str) -> str:
        """One of the given words."""
        if self.text() not in words:
            raise self.wrong(f"is not one of: {', '.join(words)}")
        return self.text()

    def instant(self) -> datetime:
        """An instant in UTC, to the second."""
        try:
            return parse_utc_text(self.text())
        except ValueError:
            raise self.wrong("is not an instant such as 2027-01-31T00:00:00Z") from None
