"""Gathers the problems of one file, and puts values into messages without harm."""

from collections.abc import Callable
from functools import partial

from reconcile.model.problem import Place, Problem

from .rules import Rule
from .yaml.nodes import YamlNode

_place: Callable[[tuple[str, int, int]], Place] = partial(tuple.__new__, Place)
"""Half the time of ``Place(...)``; a contact has about eight."""


class ProblemList:
    """The problems found so far in one file. ``problems`` is shared by all files of a run."""

    __slots__ = ("file", "problems")

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems

    def place(self, node: YamlNode) -> Place:
        """Where a node starts."""
        mark = node.mark
        return _place((self.file, mark.line + 1, mark.column + 1))

    def add(self, rule: Rule, at: YamlNode | Place | None, message: str) -> None:
        """Tell one problem, at a node, at a place, or (None) of the file as a whole."""
        match at:
            case Place():
                place = at
            case None:
                place = Place(self.file)
            case _:
                place = self.place(at)
        self.problems.append(Problem(place, message, rule.id, rule.severity))
