"""Gathers the problems of one file, and puts values into messages without harm."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import lru_cache, partial

from reconcile.model import Place, Problem

from .nodes import Node
from .rules import Rule

LONGEST_SHOWN = 60
LONGEST_GUESSED = 60

_SECRET = re.compile(r"[0-9a-fA-F]{32,}|://[^/@]+@")
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


_place: Callable[[tuple[str, int, int]], Place] = partial(tuple.__new__, Place)
"""Half the time of ``Place(...)``; a contact has about eight."""


class Report:
    """The problems found so far in one file. ``problems`` is shared by all files of a run."""

    __slots__ = ("file", "problems")

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems

    def place(self, node: Node) -> Place:
        """Where a node starts."""
        mark = node.mark
        return _place((self.file, mark.line + 1, mark.column + 1))

    def add(self, rule: Rule, at: Node | Place | None, message: str) -> None:
        """Tell one problem, at a node, at a place, or (None) of the file as a whole."""
        match at:
            case Place():
                place = at
            case None:
                place = Place(self.file)
            case _:
                place = self.place(at)
        self.problems.append(Problem(place, message, rule.id, rule.severity))


def shown(text: str) -> str:
    """A value as it may stand in a message: quoted, on one line, cut short, never a secret."""
    if _SECRET.search(text):
        return "a value that looks like a secret"
    return f"'{printable(text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + '…')}'"


def printable(text: str) -> str:
    """The text with a replacement character for each that could disturb a line of output."""
    return text if text.isprintable() else "".join(c if c.isprintable() else _UNKNOWN for c in text)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'expires'?`` for the nearest known word, or nothing."""
    near = _nearest(word, tuple(known)) if len(word) <= LONGEST_GUESSED else None
    return f"; did you mean '{near}'?" if near else ""


@lru_cache(maxsize=1024)
def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else None
