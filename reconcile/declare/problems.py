"""Gathers the problems of one file, each at the place of its node."""

from collections.abc import Callable
from functools import partial

from reconcile.model.problem import Place, Problem

from .rules import Rule
from .yaml.nodes import YamlNode

_place: Callable[[tuple[str, int, int]], Place] = partial(tuple.__new__, Place)
"""Takes half the time of ``Place(...)``; a contact has about eight places."""


class ProblemList:
    """The problems of one file. ``problems`` is shared by all files that are read together."""

    __slots__ = ("file", "problems")

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems

    def place(self, node: YamlNode) -> Place:
        """Where a node starts."""
        mark = node.mark
        return _place((self.file, mark.line + 1, mark.column + 1))

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
