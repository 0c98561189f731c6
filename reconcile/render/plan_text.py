"""A plan for a terminal: warnings, contacts, notes, counts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reconcile.model.plans.change import ChangeAction
from reconcile.model.plans.entries import (
    ContactEntry,
    Row,
    contact_entries,
    known_schedules,
    other_withheld,
)
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Place

from .escape import TERMINAL
from .layout import PLAIN, TextLayout, cells, column_width, join_blocks, pad
from .wording.contact_lines import WIDEST_ITEM, aligned, entry_lines, item_text
from .wording.names import (
    contact_name,
    named_with_id,
    ordered_set_aside,
    place_text,
    set_aside_lead,
    set_aside_name,
    set_aside_reason,
)
from .wording.schedule_text import SCHEDULED, WITHHELD, Cut, ScheduleText, cut_known, cut_withheld
from .wording.sentences import PlanSentences


def plan_text(plan: Plan, layout: TextLayout = PLAIN) -> str:
    """The plan as lines of text."""
    text = _PlanText(PlanSentences(plan, TERMINAL), layout)
    return join_blocks(
        [
            text.headline(),
            text.warnings(),
            text.contacts(),
            later_lines(plan, layout),
            text.notes(),
            text.closing(),
        ]
    )


@dataclass(frozen=True, slots=True)
class _PlanText:
    sentences: PlanSentences
    layout: TextLayout

    def headline(self) -> list[str]:
        headline = self.layout.wrap_painted("", "", self.sentences.dated_headline())
        scope = self.sentences.scope()
        return headline + (self.layout.wrap("", scope) if scope else [])

    def warnings(self) -> list[str]:
        return warning_lines(self.sentences, self.layout)

    def contacts(self) -> list[str]:
        plan = self.sentences.plan
        entries = [line for entry in contact_entries(plan) for line in self._entry(entry)]
        return entries + set_aside_lines(plan, self.layout)

    def notes(self) -> list[str]:
        notes = map(self.sentences.dialect.prose, self.sentences.plan.notes)
        return [line for note in notes for line in self.layout.wrap("Note: ", note)]

    def closing(self) -> list[str]:
        sentences = [f"Plan: {self.sentences.totals()}", self.sentences.validity()]
        lines = [line for sentence in sentences for line in self.layout.wrap("", sentence)]
        digest = self.sentences.plan.digest
        return [*lines, f"Digest {self.sentences.dialect.name(digest)}"] if digest else lines

    def _entry(self, entry: ContactEntry) -> Iterator[str]:
        name = contact_name(entry.contact, entry.contact.label, self.sentences.dialect)
        yield _title(_symbol(entry), name, entry.source, self.layout)
        lines = list(entry_lines(entry, self.sentences.operation_text, concise=self.layout.concise))
        for line, lead in aligned(lines):
            yield from self.layout.wrap_painted(line.symbol, f"      {lead}", line.body)


def _symbol(entry: ContactEntry) -> str:
    if entry.change is None:
        return SCHEDULED if entry.scheduled else WITHHELD
    return "+" if entry.change.action is ChangeAction.CREATE else "~"


def _title(symbol: str, name: str, source: Place, layout: TextLayout) -> str:
    """A contact's name, and at the end of the line where it is declared."""
    place = place_text(source, TERMINAL)
    gap = (layout.width or 0) - cells(f"  {symbol} {name}{place}")
    return layout.paint(symbol, f"  {symbol} {name}", 2) + " " * max(2, gap) + place


def warning_lines(sentences: PlanSentences, layout: TextLayout = PLAIN) -> list[str]:
    """What a reviewer must see first; what to do about it stands below it."""
    lines: list[str] = []
    for warned in sentences.warned():
        lines += layout.wrap_painted("!", "  ! ", warned.text)
        lines += layout.wrap("    ", warned.advice) if warned.advice else []
    return lines


def set_aside_lines(plan: Plan, layout: TextLayout = PLAIN) -> list[str]:
    """The contacts that are set aside, each with its reason below it."""
    lines: list[str] = []
    for entry in ordered_set_aside(plan):
        lines.append(_title("?", set_aside_name(entry, TERMINAL), entry.source, layout))
        lead = set_aside_lead(entry, plan.timezone)
        lines += layout.wrap("      ", f"{lead}: {set_aside_reason(entry, TERMINAL)}")
    return lines


def later_lines(plan: Plan, layout: TextLayout = PLAIN) -> list[str]:
    """What was scheduled before this plan, soonest first, and what is withheld from other contacts."""
    text = ScheduleText(plan.timezone, TERMINAL)
    known, withheld = cut_known(known_schedules(plan)), cut_withheld(other_withheld(plan))
    return [
        *_section("Scheduled already, soonest first:", SCHEDULED, known, text.event, layout),
        *_section("Withheld from contacts that stay as they are:", WITHHELD, withheld, text.withheld, layout),
    ]


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
