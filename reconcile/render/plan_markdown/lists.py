"""The lists of a plan in Markdown: who is set aside, what is declared no longer, what comes later anyway."""

from collections.abc import Callable, Iterator
from itertools import islice

from reconcile.model.facets import FACETS, SETS
from reconcile.model.plans.entries import Row, known_schedules, lapsing_besides, other_withheld
from reconcile.model.plans.item_counts import ItemTable, item_table
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import MARKDOWN, MARKDOWN_HTML
from reconcile.render.wording.baseline_text import AdditiveText, UndeclaredText
from reconcile.render.wording.contact_lines import NOUNS
from reconcile.render.wording.names import (
    named_with_id,
    ordered_set_aside,
    place_text,
    set_aside_lead,
    set_aside_name,
    set_aside_reason,
)
from reconcile.render.wording.schedule_text import LAPSES_SOON, Cut, ScheduleText, cut_rows
from reconcile.text import count

from .byte_budget import SEE_ALL, ByteBudget, folded, more

_TABLE_ROWS = 20
"""Maximum number of rows of a table by role or by tag, then the number of the others."""

_MOST_ADDITIVE = 300
"""Maximum number of lines about what additive mode keeps, then the number of the others."""


def set_aside_blocks(plan: Plan) -> Iterator[str]:
    """The contacts that are set aside, as items of a list; its title stands before the first."""
    title = f"\n#### Set aside: {count(len(plan.set_aside), 'contact')}\n\n"
    for entry in ordered_set_aside(plan):
        name, place = set_aside_name(entry, MARKDOWN), place_text(entry.source, MARKDOWN)
        lead = f"{set_aside_lead(entry, plan.timezone)}: " if entry.since else ""
        yield f"{title}- {name}, {place}: {lead}{set_aside_reason(entry, MARKDOWN)}\n"
        title = ""


def item_tables(plan: Plan) -> Iterator[str]:
    """By role and by tag, how many contacts gain, lose or will gain it."""
    for facet in SETS:
        table = item_table(plan, facet)
        if table.rows:
            yield _table(table)


def _table(table: ItemTable) -> str:
    """An HTML block: in a table of Markdown not even a code span can hold every name."""
    noun, words = FACETS[table.facet].noun, table.columns
    lines = [_cells("th", [noun, *words])]
    for row in table.rows[:_TABLE_ROWS]:
        numbers = [f"{row.of(word):,}" if row.of(word) else "" for word in words]
        lines.append(_cells("td", [MARKDOWN_HTML.name(row.item), *numbers]))
    rest = more(len(table.rows) - _TABLE_ROWS, noun)
    foot = f"\nand {rest[0]}: {SEE_ALL}\n" if rest else ""
    return f"\n<table>\n{''.join(lines)}</table>\n{foot}"


def _cells(tag: str, cells: list[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>\n"


def undeclared_list(plan: Plan, budget: ByteBudget) -> tuple[str, list[str]]:
    """Everything that is declared no longer, where the warnings do not name all of it; what does not fit."""
    text = UndeclaredText(plan, MARKDOWN)
    holders = text.holders()
    if text.told_whole:
        return "", []
    rows = [f"- {text.holding(rows)}{text.source(rows)}\n" for rows in holders]
    block, unshown = folded(f"No longer declared: {count(len(rows), 'contact')}", rows, budget)
    return block, more(unshown, "contact", "no longer declared")


def additive_counts(plan: Plan) -> Iterator[str]:
    """From how many contacts the authoritative mode would revoke what."""
    if sentence := AdditiveText(plan, MARKDOWN).sentence():
        yield f"\n{sentence}.\n"


def additive_holders(plan: Plan, budget: ByteBudget) -> tuple[str, list[str]]:
    """The contacts that keep something by additive mode, to unfold; and what does not fit."""
    text = AdditiveText(plan, MARKDOWN)
    rows = [
        f"- {NOUNS[item.facet]} {MARKDOWN.name(item.item)}: {text.holder(holder)}\n"
        for item, holder in islice(text.rows(), _MOST_ADDITIVE)
    ]
    size = sum(len(item.holders) for item in plan.would_revoke)
    block, unshown = folded(f"Kept by additive mode: {count(size, 'item')}", rows, budget)
    return block, more(size - len(rows) + unshown, "item", "kept by additive mode")


def later_lists(plan: Plan, budget: ByteBudget) -> tuple[list[str], list[str]]:
    """What lapses soon, what was scheduled before, and what is withheld from contacts that stay as is."""
    text = ScheduleText(plan.timezone, MARKDOWN)
    known, withheld, soon = known_schedules(plan), other_withheld(plan), lapsing_besides(plan)
    lists = (
        (LAPSES_SOON, _rows(cut_rows(soon), text.lapsing), len(soon)),
        ("Scheduled already, soonest first", _rows(cut_rows(known), text.event), len(known)),
        (
            "Withheld from contacts that stay as they are",
            _rows(cut_rows(withheld), text.withheld),
            len(withheld),
        ),
    )
    blocks: list[str] = []
    left: list[str] = []
    for title, rows, size in lists:
        block, unshown = folded(f"{title}: {count(size, 'item')}", rows, budget)
        blocks += [block] if block else []
        left += [f"{count(size, 'item')} of '{title}'"] if rows and unshown else []
    return blocks, left


def lapsing_list(plan: Plan, budget: ByteBudget) -> str:
    """What lapses soon, to unfold; nothing where nothing does, or none of it fits."""
    rows = _rows(cut_rows(plan.lapsing), ScheduleText(plan.timezone, MARKDOWN).lapsing)
    return folded(f"{LAPSES_SOON}: {count(len(plan.lapsing), 'item')}", rows, budget)[0]


def _rows(cut: Cut[Row], event: Callable[[Row], str]) -> list[str]:
    lines: list[str] = [
        f"- {NOUNS[row.facet]} {MARKDOWN.name(row.item)} of {named_with_id(row.contact, MARKDOWN)}: "
        f"{event(row)}\n"
        for row in cut.rows
    ]
    return [*lines, *([f"\n{cut.rest}\n"] if cut.rest else [])]
