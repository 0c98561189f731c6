"""Tables by role and by tag for a terminal: how many contacts gain, lose or will gain each."""

from collections.abc import Iterator

from reconcile.model.facets import FACETS, SETS
from reconcile.model.plans.item_counts import ItemTable, item_table
from reconcile.model.plans.plan import Plan
from reconcile.text import count

from .escape import TERMINAL
from .layout import column_width, pad
from .wording.contact_lines import WIDEST_ITEM
from .wording.group_text import MOST_WHOLE, SHOW_ALL


def item_table_lines(plan: Plan, *, concise: bool) -> list[list[str]]:
    """A block of lines for each set facet of which the plan does anything; ``concise``: cut after 20 rows."""
    tables = [item_table(plan, facet) for facet in SETS]
    return [list(_table(table, concise=concise)) for table in tables if table.rows]


def _table(table: ItemTable, *, concise: bool) -> Iterator[str]:
    noun = FACETS[table.facet].noun
    rows = table.rows[:MOST_WHOLE] if concise else table.rows
    names = [noun, *(TERMINAL.name(row.item) for row in rows)]
    cells = [table.columns, *([f"{row.of(word):,}" for word in table.columns] for row in rows)]
    column = column_width(names, WIDEST_ITEM)
    widths = [max(len(line[number]) for line in cells) for number in range(len(table.columns))]
    for name, line in zip(names, cells, strict=True):
        numbers = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        yield f"  {pad(name, column)}  {'  '.join(numbers)}"
    if left := len(table.rows) - len(rows):
        yield f"  and {count(left, f'more {noun}')}; {SHOW_ALL}"
