"""Lines of a terminal: how wide a text is, padded to columns, wrapped at blanks."""

import re
import unicodedata

NARROWEST = 24
"""Columns that wrapped text is given at least, however far in it starts."""


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


def wrap(prefix: str, body: str, width: int | None) -> list[str]:
    """The body after the prefix, its further lines below its first one; no word is cut."""
    whole = (prefix + body).rstrip()
    if width is None or cells(whole) <= width:
        return [whole]
    hang = max(0, min(cells(prefix), width - NARROWEST))
    lines, line = [], prefix
    for word in re.findall(r"\S+ *", body):
        if cells((line + word).rstrip()) > width and line.strip() and line != prefix:
            lines.append(line.rstrip())
            line = " " * hang
        line += word
    return [*lines, line.rstrip()]


def paint(line: str, colour: str, start: int, end: int | None = None) -> str:
    """The line with a part of it in a colour, by the terminal's own number for it."""
    end = len(line) if end is None else end
    return f"{line[:start]}\x1b[{colour}m{line[start:end]}\x1b[0m{line[end:]}"
