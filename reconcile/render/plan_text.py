"""A plan for a terminal: warnings, contacts, notes, counts."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.model.plans.change import Change, ChangeAction
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Place

from .escape import TERMINAL
from .layout import PLAIN, TextLayout, cells, join_blocks
from .wording.contact_lines import aligned, contact_lines
from .wording.sentences import PlanSentences, place_text, set_aside_name, set_aside_reason


def plan_text(plan: Plan, layout: TextLayout = PLAIN) -> str:
    """The plan as lines of text."""
    text = _PlanText(PlanSentences(plan, TERMINAL), layout)
    return join_blocks([text.headline(), text.warnings(), text.contacts(), text.notes(), text.closing()])


@dataclass(frozen=True, slots=True)
class _PlanText:
    sentences: PlanSentences
    layout: TextLayout

    def headline(self) -> list[str]:
        return self.layout.wrap_painted("", "", self.sentences.dated_headline())

    def warnings(self) -> list[str]:
        warnings = self.sentences.warnings()
        return [line for warning in warnings for line in self.layout.wrap_painted("!", "  ! ", warning)]

    def contacts(self) -> list[str]:
        plan = self.sentences.plan
        changed = [line for change in plan.changes for line in self._contact(change)]
        return changed + set_aside_lines(plan, self.layout)

    def notes(self) -> list[str]:
        notes = map(self.sentences.dialect.prose, self.sentences.plan.notes)
        return [line for note in notes for line in self.layout.wrap("Note: ", note)]

    def closing(self) -> list[str]:
        sentences = [f"Plan: {self.sentences.totals()}", self.sentences.validity()]
        lines = [line for sentence in sentences for line in self.layout.wrap("", sentence)]
        digest = self.sentences.plan.digest
        return [*lines, f"Digest {self.sentences.dialect.name(digest)}"] if digest else lines

    def _contact(self, change: Change) -> Iterator[str]:
        symbol = "+" if change.action is ChangeAction.CREATE else "~"
        yield _title(symbol, self.sentences.full_name(change), change.source, self.layout)
        lines = list(contact_lines(change, self.sentences.operation_text, concise=self.layout.concise))
        for line, lead in aligned(lines):
            yield from self.layout.wrap_painted(line.symbol, f"      {lead}", line.body)


def _title(symbol: str, name: str, source: Place, layout: TextLayout) -> str:
    """A contact's name, and at the end of the line where it is declared."""
    place = place_text(source, TERMINAL)
    gap = (layout.width or 0) - cells(f"  {symbol} {name}{place}")
    return layout.paint(symbol, f"  {symbol} {name}", 2) + " " * max(2, gap) + place


def set_aside_lines(plan: Plan, layout: TextLayout = PLAIN) -> list[str]:
    """The contacts that are set aside, each with its reason below it."""
    lines: list[str] = []
    for entry in plan.set_aside:
        lines.append(_title("?", set_aside_name(entry, TERMINAL), entry.source, layout))
        lines += layout.wrap("      ", f"set aside: {set_aside_reason(entry, TERMINAL)}")
    return lines
