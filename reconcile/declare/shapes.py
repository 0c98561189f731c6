"""Values made of values: lists, mappings with known keys, mappings with names of one's own."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import rules
from .kinds import WRONG, Kind, Schema, Text, expected
from .nodes import Done, Mapping, Node, Scalar, Sequence
from .report import Report, did_you_mean, shown


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping. ``about`` is one line for people; it stands in the schema too."""

    name: str
    kind: Kind
    about: str
    required: bool = False


class Entry(NamedTuple):
    """A mapping as it was read: the node, and the values of the keys that could be read."""

    node: Mapping
    values: dict[str, Any]

    def at(self, key: str) -> Node:
        """The node of a key's value."""
        return self.node.entries[key]

    def wrote(self, *keys: str) -> str | None:
        """The first of the keys that stands in the file, whether its value could be read or not."""
        return next((key for key in keys if key in self.node.entries), None)

    @property
    def whole(self) -> bool:
        """True when every key that stands in the file could be read."""
        return len(self.values) == len(self.node.entries)


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys; ``some`` asks for at least one of them. Reads to an Entry.

    ``also`` is what the schema says beside the keys: rules on several of them, which code checks after.
    """

    noun: str
    about: str
    keys: tuple[Key, ...]
    some: bool = False
    also: Schema = field(default_factory=dict)
    kinds: dict[str, Kind] = field(init=False, repr=False, compare=False)
    required: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", {key.name: key.kind for key in self.keys})
        object.__setattr__(self, "required", tuple(key.name for key in self.keys if key.required))

    def read(self, node: Node, report: Report) -> Any:
        """The entry, with what could be read of it."""
        if type(node) is not Mapping:
            return expected(self, node, report)
        kinds = self.kinds
        values = {}
        for name, value in node.entries.items():
            kind = kinds.get(name)
            if kind is None:
                self._refuse(node.keys[name], report)
            elif (found := kind.read(value, report)) is not WRONG:
                values[name] = found
        self._check_keys(node, report)
        return Entry(node, values)

    def _refuse(self, key: Scalar, report: Report) -> None:
        hint = did_you_mean(key.text, self.kinds) or f"; known here: {', '.join(sorted(self.kinds))}"
        report.add(rules.UNKNOWN_KEY, key, f"unknown key {shown(key.text)}{hint}")

    def _check_keys(self, node: Mapping, report: Report) -> None:
        for name in self.required:
            if name not in node.entries:
                report.add(rules.MISSING_KEY, node, f"the key '{name}' is missing here; add it")
        if self.some and not node.entries:
            names = ", ".join(self.kinds)
            report.add(rules.MISSING_KEY, node, f"this mapping is empty; name at least one of: {names}")

    def schema(self) -> Schema:
        """An object with these properties and no others."""
        properties = {key.name: {**key.kind.schema(), "description": key.about} for key in self.keys}
        found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        if self.required:
            found["required"] = list(self.required)
        if self.some:
            found["minProperties"] = 1
        return found | self.also


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a list: its name alone, or a mapping that says more. Reads to a text or an Entry."""

    name: Text
    record: Record

    @property
    def noun(self) -> str:
        """The name or the mapping."""
        return f"{self.name.noun} or {self.record.noun}"

    def read(self, node: Node, report: Report) -> Any:
        """The name alone, or the mapping's entry."""
        if type(node) is Scalar and not node.null:
            return self.name.read(node, report)
        return self.record.read(node, report) if type(node) is Mapping else expected(self, node, report)

    def schema(self) -> Schema:
        """Either of the two."""
        return {"anyOf": [self.name.schema(), self.record.schema()]}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of one kind. Reads to a list of (node, value), without the items that were refused."""

    noun: str
    item: Kind
    shortest: int = 0

    def read(self, node: Node, report: Report) -> Any:
        """The items with their nodes."""
        if type(node) is not Sequence:
            return expected(self, node, report)
        if len(node.items) < self.shortest:
            report.add(rules.MISSING_KEY, node, f"this list is too short; write {self.noun}")
        read = self.item.read
        found = [(item, read(item, report)) for item in node.items]
        return [pair for pair in found if pair[1] is not WRONG]

    def schema(self) -> Schema:
        """An array."""
        found: Schema = {"type": "array", "items": self.item.schema()}
        return {**found, "minItems": self.shortest} if self.shortest else found


@dataclass(frozen=True, slots=True)
class Streamed:
    """A kind whose values may have been read already, one by one, while the file was parsed."""

    kind: Kind

    @property
    def noun(self) -> str:
        """As the kind is called."""
        return self.kind.noun

    def read(self, node: Node, report: Report) -> Any:
        """The value that was read, or is read now."""
        return node.value if type(node) is Done else self.kind.read(node, report)

    def schema(self) -> Schema:
        """That of the kind."""
        return self.kind.schema()


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping whose keys are the user's own names. Reads to a list of (key node, name, value).

    ``some`` asks for at least one.
    """

    noun: str
    name: Text
    value: Kind
    some: bool = False

    def read(self, node: Node, report: Report) -> Any:
        """The named values, each with its key."""
        if type(node) is not Mapping:
            return expected(self, node, report)
        if self.some and not node.entries:
            report.add(rules.MISSING_KEY, node, f"this mapping is empty; write {self.noun} or delete the key")
        found = []
        for text, value in node.entries.items():
            key = node.keys[text]
            name, read = self.name.read(key, report), self.value.read(value, report)
            if name is not WRONG and read is not WRONG:
                found.append((key, name, read))
        return found

    def schema(self) -> Schema:
        """An object with any names."""
        found: Schema = {
            "type": "object",
            "propertyNames": self.name.schema(),
            "additionalProperties": self.value.schema(),
        }
        return {**found, "minProperties": 1} if self.some else found
