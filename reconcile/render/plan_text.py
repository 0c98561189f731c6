"""A plan for a terminal: warnings, contacts, notes, counts."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from reconcile.model.facets import FACETS, SETS
from reconcile.model.plans.change import ChangeAction
from reconcile.model.plans.entries import (
    ContactEntry,
    Row,
    contact_entries,
    equal_effects,
    known_schedules,
    lapsing_besides,
    other_withheld,
)
from reconcile.model.plans.item_counts import ItemTable, item_table
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Place
from reconcile.text import count

from .escape import TERMINAL
from .layout import PLAIN, TextLayout, cells, column_width, join_blocks, pad
from .wording.allowances import allow_advice
from .wording.baseline_text import AdditiveText, UndeclaredText, Warned
from .wording.contact_lines import WIDEST_ITEM, Line, aligned, entry_lines, item_text
from .wording.group_text import LIST_ALL, MOST_WHOLE, SHOW_ALL, group_names, group_title
from .wording.names import (
    contact_name,
    named_with_id,
    ordered_set_aside,
    place_text,
    set_aside_lead,
    set_aside_name,
    set_aside_reason,
)
from .wording.operation_text import SYMBOLS
from .wording.schedule_text import LAPSES_SOON, SCHEDULED, WITHHELD, Cut, ScheduleText, cut_rows
from .wording.sentences import PlanSentences


def plan_text(plan: Plan, layout: TextLayout = PLAIN) -> str:
    """The plan as lines of text."""
    sentences = PlanSentences(plan, TERMINAL)
    contacts = ContactBlocks.of(sentences, layout)
    scope = sentences.scope()
    headline = layout.wrap_painted("", "", sentences.dated_headline())
    return join_blocks(
        [
            headline + (layout.wrap("", scope) if scope else []),
            warning_lines(sentences.warned(), layout),
            allow_lines(plan),
            undeclared_lines(plan, layout),
            *contacts.tables(),
            [*contacts.lines(), *contacts.set_aside()],
            later_lines(plan, layout),
            note_lines(plan, layout),
            additive_lines(plan, layout),
            _closing(sentences, layout),
        ]
    )


def note_lines(plan: Plan, layout: TextLayout = PLAIN) -> list[str]:
    """The notes of a plan."""
    return [line for note in plan.notes for line in layout.wrap("Note: ", TERMINAL.prose(note))]


def _closing(sentences: PlanSentences, layout: TextLayout) -> list[str]:
    lines = [f"Plan: {sentences.totals()}", sentences.validity()]
    digest = sentences.plan.digest
    told = [f"Digest {TERMINAL.name(digest)}"] if digest else []
    return [*(part for line in lines for part in layout.wrap("", line)), *told]


class Telling(NamedTuple):
    """What is said of an operation instead of what it does: what has happened, in the text of drift."""

    symbol: str
    text: str


Retold = Callable[[ContactEntry], Sequence[Telling]]
"""One for each operation of a contact, in their order; none at all where its operations speak themselves."""


def _as_planned(_entry: ContactEntry) -> Sequence[Telling]:
    return ()


@dataclass(frozen=True, slots=True)
class ContactBlocks:
    """The contacts of a plan: each by itself or, where the text is concise, those of equal effect together.

    What is kept is left out where operations are ``retold``.
    """

    sentences: PlanSentences
    layout: TextLayout
    entries: tuple[ContactEntry, ...]
    retold: Retold = _as_planned

    @classmethod
    def of(
        cls, sentences: PlanSentences, layout: TextLayout, retold: Retold = _as_planned
    ) -> "ContactBlocks":
        """The blocks of a plan."""
        return cls(sentences, layout, tuple(contact_entries(sentences.plan)), retold)

    @property
    def many(self) -> bool:
        """True where contacts are shown one by one only if somebody asks for it."""
        return len(self.entries) > MOST_WHOLE

    @property
    def concise(self) -> bool:
        """Whether this plan's text is."""
        return self.layout.shortens(many=self.many)

    def tables(self) -> list[list[str]]:
        """How many contacts gain or lose each role and tag, where they are many."""
        return _table_lines(self.sentences.plan, concise=self.concise) if self.many else []

    def lines(self) -> Iterator[str]:
        """What happens to each contact."""
        concise, alone = self.concise, [[entry] for entry in self.entries]
        for group in equal_effects(self.entries, self._effect) if concise else alone:
            yield from self._title(group)
            yield from self._items(group[0], concise=concise)
            if len(group) > 1:
                yield from self.layout.wrap("      ", group_names(group, TERMINAL))

    def set_aside(self) -> Iterator[str]:
        """The contacts that are set aside, each with its reason below it."""
        plan = self.sentences.plan
        entries = ordered_set_aside(plan)
        shown = entries[:MOST_WHOLE] if self.layout.shortens(many=len(entries) > MOST_WHOLE) else entries
        for entry in shown:
            yield _title("?", set_aside_name(entry, TERMINAL), entry.source, self.layout)
            reason = f"{set_aside_lead(entry, plan.timezone)}: {set_aside_reason(entry, TERMINAL)}"
            yield from self.layout.wrap("      ", reason)
        if left := len(entries) - len(shown):
            yield f"  ? and {count(left, 'more contact')} set aside; {SHOW_ALL}"

    def _effect(self, entry: ContactEntry) -> Hashable:
        return entry.effect, tuple(self.retold(entry))

    def _title(self, group: Sequence[ContactEntry]) -> Iterator[str]:
        symbol, contact = _symbol(group[0]), group[0].contact
        if len(group) > 1:
            yield from self.layout.wrap_painted(symbol, f"  {symbol} ", group_title(group, TERMINAL))
        else:
            name = contact_name(contact, contact.label, TERMINAL)
            yield _title(symbol, name, group[0].source, self.layout)

    def _items(self, entry: ContactEntry, *, concise: bool) -> Iterator[str]:
        told = self.retold(entry)
        lines = list(entry_lines(entry, self.sentences.operation_text, concise=concise or bool(told)))
        for line, lead in aligned(retold_lines(lines, told)):
            yield from self.layout.wrap_painted(line.symbol, f"      {lead}", line.body)


def retold_lines(lines: Sequence[Line], told: Iterable[Telling]) -> list[Line]:
    """The lines with what is told of each operation; those of anything else stay."""
    left = iter(told)
    return [_retold(line, next(left, None)) if line.symbol in _DONE else line for line in lines]


def _retold(line: Line, telling: Telling | None) -> Line:
    return replace(line, symbol=telling.symbol, text=telling.text) if telling else line


_DONE = frozenset(SYMBOLS.values())
"""The symbols of what is done now."""


def _symbol(entry: ContactEntry) -> str:
    if entry.change is None:
        return SCHEDULED if entry.scheduled else WITHHELD
    return "+" if entry.change.action is ChangeAction.CREATE else "~"


def _title(symbol: str, name: str, source: Place, layout: TextLayout) -> str:
    """A contact's name, and at the end of the line where it is declared."""
    place = place_text(source, TERMINAL)
    gap = (layout.width or 0) - cells(f"  {symbol} {name}{place}")
    return layout.paint(symbol, f"  {symbol} {name}", 2) + " " * max(2, gap) + place


def warning_lines(warnings: Iterable[Warned], layout: TextLayout = PLAIN) -> list[str]:
    """What a reviewer must see first; what to do about it stands below it."""
    lines: list[str] = []
    for warned in warnings:
        lines += layout.wrap_painted("!", "  ! ", warned.text)
        lines += layout.wrap("    ", warned.advice) if warned.advice else []
    return lines


def undeclared_lines(plan: Plan, layout: TextLayout = PLAIN) -> list[str]:
    """Who and what is declared no longer, where the warnings have no room for all of it."""
    text = UndeclaredText(plan, TERMINAL)
    if text.told_whole:
        return []
    holders = text.holders()
    shown = holders[:MOST_WHOLE] if layout.shortens(many=len(holders) > MOST_WHOLE) else holders
    lines = ["No longer declared, and stays:"]
    for rows in shown:
        lines += layout.wrap_painted("!", "  ! ", f"{text.holding(rows)}{text.source(rows)}")
    left = len(holders) - len(shown)
    return lines + ([f"  ! and {count(left, 'more contact')}; {SHOW_ALL}"] if left else [])


def allow_lines(plan: Plan) -> list[str]:
    """What to write into the declarations to let the plan through; not wrapped, since it is to be copied."""
    return allow_advice(plan.guards).splitlines()


def later_lines(plan: Plan, layout: TextLayout = PLAIN) -> list[str]:
    """What lapses soon, what was scheduled before this plan, and what is withheld from other contacts."""
    text = ScheduleText(plan.timezone, TERMINAL)
    known, withheld = cut_rows(known_schedules(plan)), cut_rows(other_withheld(plan))
    return [
        *_lapsing_lines(plan, text, layout),
        *_section("Scheduled already, soonest first:", SCHEDULED, known, text.event, layout),
        *_section("Withheld from contacts that stay as they are:", WITHHELD, withheld, text.withheld, layout),
    ]


def additive_lines(plan: Plan, layout: TextLayout = PLAIN) -> list[str]:
    """What additive mode keeps, counted; each contact of it only where the text is to leave nothing out."""
    text = AdditiveText(plan, TERMINAL)
    if not (sentence := text.sentence()):
        return []
    if layout.shortens(many=True):
        return layout.wrap("", f"{sentence}; {LIST_ALL}.")
    rows = list(text.rows())
    items = [item_text(item.facet, TERMINAL.name(item.item)) for item, _ in rows]
    column, lines = column_width(items, WIDEST_ITEM), layout.wrap("", f"{sentence}:")
    for item, (_, holder) in zip(items, rows, strict=True):
        lines += layout.wrap_painted("=", f"      = {pad(item, column)}  ", text.holder(holder))
    return lines


def _section(
    title: str, symbol: str, cut: Cut[Row], event: Callable[[Row], str], layout: TextLayout
) -> Iterator[str]:
    """A title, a line for each item with its contact, and where the rest is."""
    if not cut.rows:
        return
    yield title
    items = [item_text(row.facet, TERMINAL.name(row.item)) for row in cut.rows]
    contacts = [named_with_id(row.contact, TERMINAL) for row in cut.rows]
    widths = column_width(items, WIDEST_ITEM), column_width(contacts, WIDEST_ITEM)
    for row, item, contact in zip(cut.rows, items, contacts, strict=True):
        lead = f"      {symbol} {pad(item, widths[0])}  {pad(contact, widths[1])}  "
        yield from layout.wrap_painted(symbol, lead, event(row))
    yield from layout.wrap("      ", cut.rest) if cut.rest else ()


def _lapsing_lines(plan: Plan, text: ScheduleText, layout: TextLayout) -> Iterator[str]:
    """A title and a line for each item; who loses it can be cut off from it where the terminal is narrow."""
    cut = cut_rows(lapsing_besides(plan))
    items = [item_text(row.facet, TERMINAL.name(row.item)) for row in cut.rows]
    width = column_width(items, WIDEST_ITEM)
    yield from [f"{LAPSES_SOON}:"] if items else ()
    for row, item in zip(cut.rows, items, strict=True):
        body = f"{named_with_id(row.contact, TERMINAL)}: {text.lapsing(row)}"
        yield from layout.wrap_painted(SCHEDULED, f"      {SCHEDULED} {pad(item, width)}  ", body)
    yield from layout.wrap("      ", cut.rest) if cut.rest else ()


def _table_lines(plan: Plan, *, concise: bool) -> list[list[str]]:
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
