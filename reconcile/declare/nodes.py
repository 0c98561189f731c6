"""The tree that a YAML file is read into: light nodes that know where they stand (line and column from 1)."""

from typing import NamedTuple


class Scalar(NamedTuple):
    """One word or text. ``plain`` is True when it stands without quotes."""

    text: str
    line: int
    column: int
    plain: bool

    @property
    def null(self) -> bool:
        """True for the three ways to write nothing: ``null``, ``~`` and an empty value."""
        return self.plain and self.text in NULLS


class Sequence(NamedTuple):
    """A list."""

    items: "list[Node]"
    line: int
    column: int


class Mapping(NamedTuple):
    """Keys with their values, and where each key stands; in the order of the file."""

    entries: "dict[str, Node]"
    keys: dict[str, Scalar]
    line: int
    column: int


class Broken(NamedTuple):
    """A value that was refused while reading; its problem is told, so nothing more is said about it."""

    line: int
    column: int


Node = Scalar | Sequence | Mapping | Broken

NULLS = frozenset({"", "~", "null"})
