"""Lines of a terminal: how wide a text is, padded to columns, wrapped at blanks, coloured."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

NARROWEST = 24
"""Columns that wrapped text has at least, however far in it starts."""

COLOURS = {"+": "32", "~": "33", "-": "31", ">": "36", "=": "2", ".": "2", "!": "1;31", "?": "35", "": "1"}
"""The terminal's own number for the colour of each symbol. ``!`` leads a warning, nothing a headline."""


def cells(text: str) -> int:
    """How many columns a text takes: most of East Asia's characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, width: int) -> str:
    """The text with blanks up to the width."""
    return text + " " * (width - cells(text))


def column_width(texts: Iterable[str], widest: int) -> int:
    """The width of a column of these texts; those wider than ``widest`` push out their own line alone."""
    return max((width for width in map(cells, texts) if width <= widest), default=0)


def join_blocks(blocks: Iterable[list[str]]) -> str:
    """The blocks of lines with a blank line between them; empty blocks are left out."""
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a text is laid out: coloured, wrapped to a width in columns, concise.

    ``width`` is None where lines are not wrapped. ``concise``: without what is kept, and with equal changes
    in groups; None: only where there are many contacts.
    """

    colour: bool = False
    width: int | None = None
    concise: bool | None = False

    def shortens(self, *, many: bool) -> bool:
        """Whether a text is concise that has, or has not, many contacts."""
        return many if self.concise is None else self.concise

    def wrap(self, prefix: str, body: str) -> list[str]:
        """The body after the prefix, its further lines below its first one; no word is cut."""
        whole = (prefix + body).rstrip()
        if self.width is None or cells(whole) <= self.width:
            return [whole]
        return _wrapped(prefix, body, self.width)

    def wrap_painted(self, symbol: str, prefix: str, body: str) -> list[str]:
        """Wrapped, with the colour on what leads the eye: a headline whole, else the symbol and its item."""
        first, *rest = self.wrap(prefix, body)
        if not prefix:
            return [self.paint(symbol, line, 0) for line in (first, *rest)]
        indent = len(prefix) - len(prefix.lstrip())
        return [self.paint(symbol, first, indent, len(prefix.rstrip())), *rest]

    def paint(self, symbol: str, line: str, start: int, end: int | None = None) -> str:
        """The line with a part of it in the colour of the symbol, if it has one."""
        if not self.colour or symbol not in COLOURS:
            return line
        end = len(line) if end is None else end
        return f"{line[:start]}\x1b[{COLOURS[symbol]}m{line[start:end]}\x1b[0m{line[end:]}"


def _wrapped(prefix: str, body: str, width: int) -> list[str]:
    indent = max(0, min(cells(prefix), width - NARROWEST))
    lines, line = [], prefix
    for word in re.findall(r"\S+ *", body):
        if cells((line + word).rstrip()) > width and line.strip() and line != prefix:
            lines.append(line.rstrip())
            line = " " * indent
        line += word
    return [*lines, line.rstrip()]


PLAIN = TextLayout()
"""No colours, nothing wrapped, everything shown."""
