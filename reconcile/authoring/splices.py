"""Changes of a text by spans of characters: all that stands in no span stays, byte for byte."""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple


class OddLayoutError(Exception):
    """A text is laid out so that no small change of it is known; the caller has other ways."""


class Splice(NamedTuple):
    """The characters from ``start`` (included) to ``end`` (excluded) become another text."""

    start: int
    end: int
    text: str


_GAP = re.compile(r"(?:[ \t\r\n]|(?<![^ \t\r\n])#[^\n]*)*")
"""Blanks, line ends and comments."""


@dataclass(slots=True)
class SplicedText:
    """A text whose last line has its end, what ends its lines, and what is to change in it."""

    text: str
    newline: str = "\n"
    splices: list[Splice] = field(default_factory=list)

    def replace(self, start: int, end: int, text: str) -> None:
        """Put a text in the place of a span."""
        self.splices.append(Splice(start, end, text))

    def insert_lines(self, at: int, lines: list[str]) -> None:
        """Put whole lines before the line that starts there."""
        self.splices.append(Splice(at, at, "".join(f"{line}{self.newline}" for line in lines)))

    def line_start(self, position: int) -> int:
        """Where the line of a position starts."""
        return self.text.rfind("\n", 0, position) + 1

    def next_line(self, position: int) -> int:
        """Where the line after that of a position starts."""
        return self.text.index("\n", position) + 1

    def line_rest(self, position: int) -> str:
        """What stands behind a position in its line, without the line end."""
        return self.text[position : self.text.index("\n", position)].removesuffix("\r")

    def indent(self, position: int) -> str:
        """What stands before a position in its line."""
        return self.text[self.line_start(position) : position]

    def starts_line(self, position: int) -> bool:
        """True when only blanks stand before a position in its line."""
        return not self.indent(position).strip(" ")

    def after_gap(self, position: int) -> int:
        """The next position that holds no blank, no line end and no comment."""
        match = _GAP.match(self.text, position)
        return match.end() if match else position

    def after_comments(self, position: int, column: int, outer: int) -> int:
        """The line after that of a position and after the comments below it that belong to what ends there.

        They stand deeper than a column, also behind a blank line; or in that column, right below, where it
        is deeper than the ``outer`` one, since nothing follows there that they could be about.
        """
        end = line = self.next_line(position)
        adjoins = column > outer
        while line < len(self.text) and (rest := self.line_rest(line).lstrip(" "))[:1] in ("", "#"):
            depth = len(self.line_rest(line)) - len(rest)
            line = self.next_line(line)
            adjoins = adjoins and bool(rest)
            if rest and depth <= column and not (adjoins and depth == column):
                break
            end = line if rest else end
        return end

    def delete_lines(self, first: int, last: int) -> None:
        """Delete the lines from that of one position to that of another, both included."""
        self.splices.append(Splice(self.line_start(first), self.next_line(last), ""))

    def ordered(self) -> list[Splice]:
        """The changes by their place. Raises OddLayoutError where two of them overlap."""
        splices = sorted(self.splices, key=lambda splice: splice[:2])
        if any(splice.end > following.start for splice, following in pairwise(splices)):
            raise OddLayoutError("two changes overlap")
        return splices

    def result(self) -> str:
        """The changed text. Raises OddLayoutError where two changes overlap."""
        pieces, position = [], 0
        for start, end, text in self.ordered():
            pieces += [self.text[position:start], text]
            position = end
        return "".join([*pieces, self.text[position:]])
