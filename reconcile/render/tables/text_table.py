"""Rows in aligned columns for a terminal; where these do not fit its width, a block of lines for each row.

A cell is a list of names, whose words are never cut: they stand beside each other, or below each other where
their column is narrow.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from reconcile.render.layout import TextLayout, cells, pad

T = TypeVar("T")

GAP = "  "
"""Between two columns."""

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
        return _laid_out(self._used(self.header), [self._used(row) for row in self.rows], layout)

    def _used(self, row: Sequence[T]) -> list[T]:
        """A row without the columns that are left out."""
        return [
            cell
            for column, cell in enumerate(row)
            if column == 0 or any(other[column] for other in self.rows)
        ]


def _laid_out(header: Sequence[str], rows: Sequence[Row], layout: TextLayout) -> list[str]:
    widths = _widths(header, rows, layout.width)
    if widths is None:
        return list(_blocks(header, rows, layout))
    heads = [layout.paint("", line, 0) for line in _aligned([[name] for name in header], widths)]
    return [*heads, *(line for row in rows for line in _aligned(row, widths))]


def _widths(header: Sequence[str], rows: Sequence[Row], width: int | None) -> list[int] | None:
    """How wide each column is; None where even the longest words do not fit beside each other."""
    columns = list(zip([[name] for name in header], *rows, strict=True))
    widest = [max(cells(_joined(cell)) for cell in column) for column in columns]
    if width is None:
        return widest
    least = [max((cells(name) for name in _words(column)), default=0) for column in columns]
    spare = width - len(GAP) * (len(columns) - 1) - sum(least)
    return None if spare < 0 else _spread(least, widest, spare)


def _aligned(row: Row, widths: Sequence[int]) -> Iterator[str]:
    columns = [_stacked(cell, width) for cell, width in zip(row, widths, strict=True)]
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
    """A cell in lines of that width."""
    lines: list[str] = []
    for word in _words([cell]):
        if lines and cells(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]
