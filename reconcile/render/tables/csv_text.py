"""Rows as CSV, safe to open in a spreadsheet: no value of a customer becomes a formula, a cell or a row.

Quoted as RFC 4180 has it (a cell with a comma or a quote stands in quotes, which are doubled); lines end with
a line feed, as all our output does, and the text is UTF-8 without a byte order mark.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula (OWASP: CSV Injection;
their full-width forms, too), so an apostrophe is put before it. One that separates cells by semicolons, as in
much of Europe, starts a new cell in the middle of ours: an apostrophe stands there, too. Characters that
nobody sees, line feeds and tabs are spelt out: each row is one line. So values may differ from the account's;
whoever needs them exactly takes JSON.
"""

import csv
import re
from collections.abc import Iterable, Sequence

from reconcile.text import escape_unprintable

_FORMULA = re.compile(r"(^|;)(?=[\s;\"]*[=+\-@＝＋－＠])")  # noqa: RUF001 - the full-width forms
"""Before what a spreadsheet would take for the start of a formula; it drops blanks and quotes first."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A line for the header and one for each row, whose cells are in the order of the header."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return "".join(lines)


class _Lines(list[str]):
    """Takes what a CSV writer writes; a file in memory would do, too, but nothing pure knows files."""

    write = list.append


def safe_cell(value: str) -> str:
    """The value on one line, which no spreadsheet takes for a formula."""
    return _FORMULA.sub(r"\1'", escape_unprintable(value))
