"""Values made of values: lists, mappings with known keys, mappings with names of one's own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reconcile.declare import rules
from reconcile.declare.problems import ProblemList
from reconcile.declare.yaml.nodes import FinishedNode, ListNode, MappingNode, ScalarNode, YamlNode
from reconcile.text import did_you_mean, quoted

from .scalars import INVALID, JsonSchema, Text, ValueSchema, expected


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping. ``about`` is one line for people; it stands in the schema too."""

    name: str
    kind: ValueSchema
    about: str
    required: bool = False


class ReadMapping(NamedTuple):
    """A mapping as it was read: the node, and the values of the keys that could be read."""

    node: MappingNode
    values: dict[str, Any]

    def at(self, key: str) -> YamlNode:
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
class KeyedMapping:
    """A mapping with known keys; ``some`` asks for at least one of them. Reads to an Entry.

    ``also`` is what the schema says beside the keys: rules on several of them, which code checks after.
    """

    noun: str
    about: str
    keys: tuple[Key, ...]
    some: bool = False
    also: JsonSchema = field(default_factory=dict)
    kinds: dict[str, ValueSchema] = field(init=False, repr=False, compare=False)
    required: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", {key.name: key.kind for key in self.keys})
        object.__setattr__(self, "required", tuple(key.name for key in self.keys if key.required))

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The entry, with what could be read of it."""
        if type(node) is not MappingNode:
            return expected(self, node, report)
        kinds = self.kinds
        values = {}
        for name, value in node.entries.items():
            kind = kinds.get(name)
            if kind is None:
                self._refuse(node.keys[name], report)
            elif (found := kind.read(value, report)) is not INVALID:
                values[name] = found
        self._check_keys(node, report)
        return ReadMapping(node, values)

    def _refuse(self, key: ScalarNode, report: ProblemList) -> None:
        hint = did_you_mean(key.text, self.kinds) or f"; known here: {', '.join(sorted(self.kinds))}"
        report.add(rules.UNKNOWN_KEY, key, f"unknown key {quoted(key.text)}{hint}")

    def _check_keys(self, node: MappingNode, report: ProblemList) -> None:
        for name in self.required:
            if name not in node.entries:
                report.add(rules.MISSING_KEY, node, f"the key '{name}' is missing here; add it")
        if self.some and not node.entries:
            names = ", ".join(self.kinds)
            report.add(rules.MISSING_KEY, node, f"this mapping is empty; name at least one of: {names}")

    def schema(self) -> JsonSchema:
        """An object with these properties and no others."""
        properties = {key.name: {**key.kind.schema(), "description": key.about} for key in self.keys}
        found: JsonSchema = {"type": "object", "properties": properties, "additionalProperties": False}
        if self.required:
            found["required"] = list(self.required)
        if self.some:
            found["minProperties"] = 1
        return found | self.also


@dataclass(frozen=True, slots=True)
class TextOrMapping:
    """One thing of a list: its name alone, or a mapping that says more. Reads to a text or an Entry."""

    name: Text
    record: KeyedMapping

    @property
    def noun(self) -> str:
        """The name or the mapping."""
        return f"{self.name.noun} or {self.record.noun}"

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The name alone, or the mapping's entry."""
        if type(node) is ScalarNode and not node.null:
            return self.name.read(node, report)
        return self.record.read(node, report) if type(node) is MappingNode else expected(self, node, report)

    def schema(self) -> JsonSchema:
        """Either of the two."""
        return {"anyOf": [self.name.schema(), self.record.schema()]}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one kind. Reads to a list of (node, value), without the items that were refused."""

    noun: str
    item: ValueSchema
    shortest: int = 0

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The items with their nodes."""
        if type(node) is not ListNode:
            return expected(self, node, report)
        if len(node.items) < self.shortest:
            report.add(rules.MISSING_KEY, node, f"this list is too short; write {self.noun}")
        read = self.item.read
        found = [(item, read(item, report)) for item in node.items]
        return [pair for pair in found if pair[1] is not INVALID]

    def schema(self) -> JsonSchema:
        """An array."""
        found: JsonSchema = {"type": "array", "items": self.item.schema()}
        return {**found, "minItems": self.shortest} if self.shortest else found


@dataclass(frozen=True, slots=True)
class ReadAlready:
    """A kind whose values may have been read already, one by one, while the file was parsed."""

    kind: ValueSchema

    @property
    def noun(self) -> str:
        """As the kind is called."""
        return self.kind.noun

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The value that was read, or is read now."""
        return node.value if type(node) is FinishedNode else self.kind.read(node, report)

    def schema(self) -> JsonSchema:
        """That of the kind."""
        return self.kind.schema()


@dataclass(frozen=True, slots=True)
class FromTable:
    """A kind that is made from a table whenever it is used, so that a new row of the table counts at once."""

    make: Callable[[], ValueSchema]

    @property
    def noun(self) -> str:
        """As the kind is called."""
        return self.make().noun

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The value, as the kind reads it."""
        return self.make().read(node, report)

    def schema(self) -> JsonSchema:
        """That of the kind."""
        return self.make().schema()


@dataclass(frozen=True, slots=True)
class NamedMapping:
    """A mapping whose keys are the user's own names. Reads to a list of (key node, name, value).

    ``some`` asks for at least one.
    """

    noun: str
    name: Text
    value: ValueSchema
    some: bool = False

    def read(self, node: YamlNode, report: ProblemList) -> Any:
        """The named values, each with its key."""
        if type(node) is not MappingNode:
            return expected(self, node, report)
        if self.some and not node.entries:
            report.add(rules.MISSING_KEY, node, f"this mapping is empty; write {self.noun} or delete the key")
        found = []
        for text, value in node.entries.items():
            key = node.keys[text]
            name, read = self.name.read(key, report), self.value.read(value, report)
            if name is not INVALID and read is not INVALID:
                found.append((key, name, read))
        return found

    def schema(self) -> JsonSchema:
        """An object with any names."""
        found: JsonSchema = {
            "type": "object",
            "propertyNames": self.name.schema(),
            "additionalProperties": self.value.schema(),
        }
        return {**found, "minProperties": 1} if self.some else found
