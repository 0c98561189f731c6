"""A plan for a terminal. Width and colour are arguments; nothing here knows of a terminal."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.model.plan import Change, ChangeAction, Plan

from .escape import TERMINAL
from .layout import cells, paint, wrap
from .wording.lines import aligned, contact_lines
from .wording.sentences import PlanSentences

COLOURS = {"+": "32", "~": "33", "-": "31", "=": "2", "!": "1;31", "": "1"}


def plan_text(plan: Plan, *, colour: bool = False, width: int | None = None, concise: bool = False) -> str:
    """The plan as lines of text: what hurts, the contacts, the notes, the counts.

    Lines are wrapped to ``width`` columns at blanks, if it is given. ``concise`` leaves out what is kept.
    """
    page = _PlanText(PlanSentences(plan, TERMINAL), width, colour, concise)
    blocks = [page.headline(), page.hurts(), page.contacts(), page.notes(), page.closing()]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


@dataclass(frozen=True, slots=True)
class _PlanText:
    words: PlanSentences
    width: int | None
    colour: bool
    concise: bool

    def headline(self) -> list[str]:
        return self._painted("", "", self.words.headline())

    def hurts(self) -> list[str]:
        return [line for said in self.words.hurts() for line in self._painted("!", "  ! ", said)]

    def contacts(self) -> list[str]:
        return [line for change in self.words.plan.changes for line in self._contact(change)]

    def notes(self) -> list[str]:
        said = map(self.words.say.prose, self.words.plan.notes)
        return [line for note in said for line in wrap("Note: ", note, self.width)]

    def closing(self) -> list[str]:
        closing = [f"Plan: {self.words.totals()}", self.words.validity()]
        lines = [line for said in closing for line in wrap("", said, self.width)]
        return [*lines, f"Digest {self.words.say.name(self.words.plan.digest)}"]

    def _contact(self, change: Change) -> Iterator[str]:
        symbol = "+" if change.action is ChangeAction.CREATE else "~"
        who, source = self.words.who(change), self.words.place(change.source)
        gap = (self.width or 0) - cells(f"  {symbol} {who}{source}")
        yield self._paint(symbol, f"  {symbol} {who}", 2) + " " * max(2, gap) + source
        found = list(contact_lines(change, self.words.steps, concise=self.concise))
        for row, lead in aligned(found):
            yield from self._painted(row.symbol, f"      {lead}", row.body)

    def _painted(self, symbol: str, prefix: str, body: str) -> list[str]:
        """Wrapped, with the colour on what leads the eye: a headline whole, else the symbol and its item."""
        first, *rest = wrap(prefix, body, self.width)
        indent = len(prefix) - len(prefix.lstrip())
        end = len(prefix.rstrip()) if prefix else len(first)
        return [self._paint(symbol, first, indent, end), *rest]

    def _paint(self, symbol: str, line: str, start: int, end: int | None = None) -> str:
        return paint(line, COLOURS[symbol], start, end) if self.colour else line
