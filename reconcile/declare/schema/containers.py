"""The kinds of values that hold others: lists, and mappings with known keys or with the user's own keys."""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reconcile.declare import rules
from reconcile.declare.problems import ListNode, MappingNode, ProblemList, ScalarNode, YamlNode
from reconcile.text import likely_word, quoted

from .scalars import INVALID, JsonSchema, ValueSchema, refuse, refuse_type
from .texts import Text

_ITEM_WITHOUT_SPACE = re.compile(r"-[^\s-]")

DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Key(NamedTuple):
    """One key of a mapping. ``about`` is one line for people, which stands in the JSON Schema too.

    ``also`` are other words that people write for it, in small letters: none is taken, each is answered with
    the key that was meant. ``since`` is the version of reconcile that first knew it.
    """

    name: str
    schema: ValueSchema
    about: str
    required: bool = False
    also: tuple[str, ...] = ()
    since: str = "0.1.0"


class CheckedMapping(NamedTuple):
    """A mapping that was checked: its node, and the values of the keys that could be read."""

    node: MappingNode
    values: dict[str, Any]

    def node_of(self, key: str) -> YamlNode:
        """The node of a key's value; the key must stand in the file."""
        return self.node.entries[key]

    def plain(self) -> dict[str, Any]:
        """The values without nodes: lists, and mappings with the user's own keys, as tuples of values."""
        return {
            name: tuple(item[-1] for item in value) if isinstance(value, list) else value
            for name, value in self.values.items()
        }

    @property
    def whole(self) -> bool:
        """True when every key that stands in the file could be read."""
        return len(self.values) == len(self.node.entries)


@dataclass(frozen=True, slots=True)
class KeyedMapping:
    """A mapping with known keys. Reads to a CheckedMapping. ``not_empty`` asks for at least one key.

    ``further_schema`` is added to the JSON Schema: rules on several keys, which code checks afterwards.
    """

    noun: str
    about: str
    keys: tuple[Key, ...]
    not_empty: bool = False
    further_schema: JsonSchema = field(default_factory=dict)
    known: dict[str, ValueSchema] = field(init=False, repr=False, compare=False)
    required: tuple[str, ...] = field(init=False, repr=False, compare=False)
    other_words: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", {key.name: key.schema for key in self.keys})
        words = {word: key.name for key in self.keys for word in key.also}
        object.__setattr__(self, "other_words", words)
        object.__setattr__(self, "required", tuple(key.name for key in self.keys if key.required))

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The mapping with the values that could be read."""
        if type(node) is not MappingNode:
            return refuse_type(self, node, problems)
        known = self.known
        values = {}
        for name, value_node in node.entries.items():
            schema = known.get(name)
            if schema is None:
                self._refuse_key(node.keys[name], node, problems)
            elif (value := schema.read(value_node, problems)) is not INVALID:
                values[name] = value
        if self.required or not node.entries:
            self._check_presence(node, problems)
        return CheckedMapping(node, values)

    def _refuse_key(self, key: ScalarNode, node: MappingNode, problems: ProblemList) -> None:
        begins, colon, _ = key.text.partition(":")
        if colon and begins in self.known:
            message = f"a space is missing after '{begins}:'; add it"
        else:
            message = f"unknown key {quoted(key.text)}{self._advice(key.text, node)}"
        problems.add(rules.UNKNOWN_KEY, key, message)

    def _advice(self, word: str, node: MappingNode) -> str:
        meant = self._meant_key(word)
        if meant is not None and meant not in node.entries:
            return f"; did you mean '{meant}'?"
        below = next((name for name, schema in self.known.items() if _takes_key(schema, word)), None)
        return f"; write it below '{below}'" if below else f"; known here: {', '.join(sorted(self.known))}"

    def _meant_key(self, word: str) -> str | None:
        """The key for which that one stands: one with a space missing, another word, or a near spelling."""
        begins, colon, _ = word.partition(":")
        if colon and begins in self.known:
            return begins
        return self.other_words.get(re.sub("[-_ ]", "", word.lower())) or likely_word(word, self.known)

    def means(self, name: str, node: MappingNode) -> bool:
        """True when the mapping has that key, or one that most likely stands for it and was refused."""
        return name in node.entries or any(
            self._meant_key(word) == name for word in node.entries if word not in self.known
        )

    def _check_presence(self, node: MappingNode, problems: ProblemList) -> None:
        for name in self.required:
            if not self.means(name, node):
                problems.add(rules.MISSING_KEY, node, f"the key '{name}' is missing here; add it")
        if self.not_empty and not node.entries:
            names = ", ".join(self.known)
            problems.add(rules.MISSING_KEY, node, f"this mapping is empty; name at least one of: {names}")

    def json_schema(self) -> JsonSchema:
        """An object with these properties and no others."""
        properties = {key.name: {**key.schema.json_schema(), "description": key.about} for key in self.keys}
        schema: JsonSchema = {"type": "object", "properties": properties, "additionalProperties": False}
        if self.required:
            schema["required"] = list(self.required)
        if self.not_empty:
            schema["minProperties"] = 1
        return schema | self.further_schema

    def json_schema_document(self, title: str) -> JsonSchema:
        """The JSON Schema as a document of its own (draft 2020-12)."""
        return {"$schema": DRAFT, "title": title, "description": self.about, **self.json_schema()}


def _takes_key(schema: ValueSchema, name: str) -> bool:
    return isinstance(schema, KeyedMapping) and name in schema.known


@dataclass(frozen=True, slots=True)
class TextOrMapping:
    """A name alone, or a mapping that says more. Reads to a text or to a CheckedMapping."""

    text: Text
    mapping: KeyedMapping

    @property
    def noun(self) -> str:
        """The name or the mapping."""
        return f"{self.text.noun} or {self.mapping.noun}"

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The name alone, or the checked mapping."""
        if type(node) is ScalarNode and not node.null:
            return self.text.read(node, problems)
        if type(node) is MappingNode:
            return self.mapping.read(node, problems)
        return refuse_type(self, node, problems)

    def json_schema(self) -> JsonSchema:
        """Either of the two."""
        return {"anyOf": [self.text.json_schema(), self.mapping.json_schema()]}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one kind. Reads to a list of (node, value), without the items that were refused."""

    noun: str
    item: ValueSchema
    shortest: int = 0

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The items with their nodes."""
        if type(node) is not ListNode:
            if type(node) is ScalarNode and node.plain and _ITEM_WITHOUT_SPACE.match(node.text):
                message = f"a space is missing after '-'; write {self.noun}"
                return refuse(rules.WRONG_TYPE, node, message, problems)
            return refuse_type(self, node, problems)
        if len(node.items) < self.shortest:
            problems.add(rules.MISSING_KEY, node, f"this list is too short; write {self.noun}")
        read = self.item.read
        items = [(item, read(item, problems)) for item in node.items]
        return [item for item in items if item[1] is not INVALID]

    def json_schema(self) -> JsonSchema:
        """An array."""
        schema: JsonSchema = {"type": "array", "items": self.item.json_schema()}
        return {**schema, "minItems": self.shortest} if self.shortest else schema


@dataclass(frozen=True, slots=True)
class NamedMapping:
    """A mapping whose keys are the user's own names. Reads to a list of (key node, name, value).

    ``not_empty`` asks for at least one.
    """

    noun: str
    name: Text
    value: ValueSchema
    not_empty: bool = False

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The named values, each with its key."""
        if type(node) is not MappingNode:
            return refuse_type(self, node, problems)
        if self.not_empty and not node.entries:
            message = f"this mapping is empty; write {self.noun} or delete the key"
            problems.add(rules.MISSING_KEY, node, message)
        values = []
        for key_text, value_node in node.entries.items():
            key = node.keys[key_text]
            name, value = self.name.read(key, problems), self.value.read(value_node, problems)
            if name is not INVALID and value is not INVALID:
                values.append((key, name, value))
        return values

    def json_schema(self) -> JsonSchema:
        """An object with any names."""
        schema: JsonSchema = {
            "type": "object",
            "propertyNames": self.name.json_schema(),
            "additionalProperties": self.value.json_schema(),
        }
        return {**schema, "minProperties": 1} if self.not_empty else schema
