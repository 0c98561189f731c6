"""Light nodes that know where they stand, and the list of problems that is told of them."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

from reconcile.model.problem import Place, Problem

from .rules import Rule

NULLS = frozenset({"", "~", "null"})
"""What YAML takes for nothing, where it stands without quotes."""


class Mark(Protocol):
    """A position as PyYAML's parser gives it: line and column from 0."""

    @property
    def line(self) -> int: ...  # noqa: D102
    @property
    def column(self) -> int: ...  # noqa: D102


class Position(NamedTuple):
    """A position that no event of the parser gives."""

    line: int
    column: int


class ScalarNode(NamedTuple):
    """A word or a text. ``style`` is the sign of its quotes or block, empty when it stands without."""

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
    """A value, or a whole file, that was refused while it was read.

    Its problem is known, so nothing more is said about it.
    """

    mark: Mark


YamlNode = ScalarNode | ListNode | MappingNode | RefusedNode

new_place: Callable[[tuple[str, int, int]], Place] = partial(tuple.__new__, Place)
"""Takes half the time of ``Place(...)``; a contact has about eight places."""


class ProblemList:
    """The problems of one file. ``problems`` is shared by all files that are read together.

    ``lines_before`` is the number of lines of the file above the text in which the nodes stand.
    """

    __slots__ = ("file", "lines_before", "problems")

    def __init__(self, file: str, problems: list[Problem], *, lines_before: int = 0) -> None:
        self.file = file
        self.problems = problems
        self.lines_before = lines_before

    def place(self, node: YamlNode) -> Place:
        """Where a node starts."""
        mark = node.mark
        return new_place((self.file, self.lines_before + mark.line + 1, mark.column + 1))

    def add(self, rule: Rule, where: YamlNode | Place | None, message: str) -> None:
        """Add the problem that a rule is broken: at a node, at a place, or (None) by the file as a whole."""
        match where:
            case Place():
                place = where
            case None:
                place = Place(self.file)
            case _:
                place = self.place(where)
        self.problems.append(Problem(place, message, rule.id, rule.severity))
