"""Rows in aligned columns for a terminal; where these do not fit its width, a block of lines for each row.

A cell is a list of names, whose words are never cut: they stand beside each other, or below each other where
their column is narrow.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

from reconcile.render.layout import TextLayout, cells, column_width, pad

GAP = "  "
"""Between two columns."""

WIDEST = 100
"""Columns of a cell where lines are not wrapped. A longer one pushes its own line out, not all others."""

_WORD = re.compile(r"\S+ *")

Cell = Sequence[str]

Row = Sequence[Cell]
"""A cell for each column."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """Columns with a header; a column in which no row has anything is left out, but for the first."""

    header: Sequence[str]
    rows: Sequence[Row]

    def lines(self, layout: TextLayout) -> list[str]:
        """The header and the rows. One line a row where lines are not wrapped."""
        filled = [True, *(any(row[column] for row in self.rows) for column in range(1, len(self.header)))]
        rows = [list(compress(row, filled)) for row in self.rows]
        return _laid_out(list(compress(self.header, filled)), rows, layout)


def _laid_out(header: Sequence[str], rows: Sequence[Row], layout: TextLayout) -> list[str]:
    widths = _widths(header, rows, layout.width)
    if widths is None:
        return list(_blocks(header, rows, layout))
    wraps = layout.width is not None
    heads = [layout.paint("", line, 0) for line in _aligned([[name] for name in header], widths, wraps=wraps)]
    return [*heads, *(line for row in rows for line in _aligned(row, widths, wraps=wraps))]


def _widths(header: Sequence[str], rows: Sequence[Row], width: int | None) -> list[int] | None:
    """How wide each column is; None where even the longest words do not fit beside each other."""
    columns = list(zip([[name] for name in header], *rows, strict=True))
    if width is None:
        return [column_width(map(_joined, column), WIDEST) for column in columns]
    widest = [max(cells(_joined(cell)) for cell in column) for column in columns]
    least = [max((cells(name) for name in _words(column)), default=0) for column in columns]
    spare = width - len(GAP) * (len(columns) - 1) - sum(least)
    return None if spare < 0 else _spread(least, widest, spare)


def _aligned(row: Row, widths: Sequence[int], *, wraps: bool) -> Iterator[str]:
    pairs = zip(row, widths, strict=True)
    columns = [_stacked(cell, width) if wraps else [_joined(cell)] for cell, width in pairs]
    for number in range(max(map(len, columns))):
        line = [column[number] if number < len(column) else "" for column in columns]
        yield GAP.join(pad(text, width) for text, width in zip(line, widths, strict=True)).rstrip()


def _blocks(header: Sequence[str], rows: Sequence[Row], layout: TextLayout) -> Iterator[str]:
    """The first cell as the headline of each row, the others below it."""
    column = max(map(cells, header))
    for first, *others in rows:
        yield from layout.wrap_painted("", "", _joined(first))
        for name, cell in zip(header[1:], others, strict=True):
            if cell:
                yield from layout.wrap(f"  {pad(name.lower(), column)}  ", _joined(cell))


def _joined(cell: Cell) -> str:
    return ", ".join(cell)


def _words(column: Iterable[Cell]) -> Iterator[str]:
    """The words of a column, in which a narrow one may be wrapped."""
    for cell in column:
        yield from _joined(cell).split()


def _spread(least: Sequence[int], widest: Sequence[int], spare: int) -> list[int]:
    """Widths between these bounds; the columns get what is to spare from the left to the right."""
    widths = []
    for low, high in zip(least, widest, strict=True):
        more = min(high - low, spare)
        widths.append(low + more)
        spare -= more
    return widths


def _stacked(cell: Cell, width: int) -> list[str]:
    """A cell in lines of that width; blanks within a line stay as they are."""
    lines: list[str] = []
    for word in _WORD.findall(_joined(cell)):
        if lines and cells((lines[-1] + word).rstrip()) <= width:
            lines[-1] += word
        else:
            lines.append(word)
    return [line.rstrip() for line in lines] or [""]
