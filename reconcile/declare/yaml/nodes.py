"""The tree that a YAML file is read into: light nodes that know where they stand."""

from typing import Any, NamedTuple, Protocol


class Mark(Protocol):
    """A position as the parser tells it: line and column from 0."""

    @property
    def line(self) -> int: ...  # noqa: D102
    @property
    def column(self) -> int: ...  # noqa: D102


class Position(NamedTuple):
    """A position of our own."""

    line: int
    column: int


class ScalarNode(NamedTuple):
    """One word or text. ``style`` is the sign of its quotes or block, empty when it stands without."""

    text: str
    mark: Mark
    style: str | None = None

    @property
    def plain(self) -> bool:
        """True when it stands without quotes."""
        return not self.style

    @property
    def null(self) -> bool:
        """True for the three ways to write nothing: ``null``, ``~`` and an empty value."""
        return not self.style and self.text in NULLS

    @property
    def line(self) -> int:
        """The line, from 1."""
        return self.mark.line + 1


class ListNode(NamedTuple):
    """A list."""

    items: "list[YamlNode]"
    mark: Mark


class MappingNode(NamedTuple):
    """Keys with their values, and where each key stands; in the order of the file."""

    entries: "dict[str, YamlNode]"
    keys: dict[str, ScalarNode]
    mark: Mark


class RefusedNode(NamedTuple):
    """A value that was refused while reading; its problem is told, so nothing more is said about it."""

    mark: Mark


class FinishedNode(NamedTuple):
    """An item whose value was read while the rest of its file was still to come."""

    value: Any
    mark: Mark


YamlNode = ScalarNode | ListNode | MappingNode | RefusedNode | FinishedNode

NULLS = frozenset({"", "~", "null"})
