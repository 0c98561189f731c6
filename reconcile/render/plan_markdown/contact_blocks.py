"""The contacts of a plan in Markdown: a block to unfold for each, and one for those of equal effect."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from reconcile.model.plans.entries import ContactEntry, equal_effects
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import MARKDOWN, MARKDOWN_HTML, TERMINAL
from reconcile.render.wording.contact_lines import NOUNS, Line, aligned, entry_lines
from reconcile.render.wording.contact_summary import contact_summary
from reconcile.render.wording.group_text import MOST_WHOLE, group_title
from reconcile.render.wording.names import contact_name, named_with_id, place_text
from reconcile.render.wording.operation_text import KEPT, OperationText
from reconcile.render.wording.risk import Risk, risk_groups
from reconcile.text import count

from .byte_budget import SEE_ALL, ByteBudget, more

SHOWN_OPEN = 5
"""Maximum number of contacts that are shown unfolded, then all are folded."""

LEAST_ROOM = 1_000
"""Bytes for a contact's steps, where not all steps of all contacts fit; then whole contacts are left out."""

_MEMBER_RANK = 9
"""The contacts of a group stand after what happens to them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a block: the text, what kind it is counted as if it does not fit, and its rank, from 0."""

    text: str
    kind: str
    rank: int


@dataclass(frozen=True, slots=True)
class ContactBlock:
    """One contact to unfold, or ``size`` of them: the rows, and what stands before and after them."""

    head: str
    rows: tuple[Row, ...]
    foot: str
    size: int = 1

    def within(self, room: int) -> str:
        """The block with as many rows as the bytes allow, one at least; if not all, access comes first."""
        if sum(len(row.text.encode("utf-8")) for row in self.rows) <= room:
            return "".join([self.head, *(row.text for row in self.rows), self.foot])
        ranked = sorted(self.rows, key=lambda row: row.rank)
        shown = ByteBudget(room).taken(row.text for row in ranked) or [ranked[0].text]
        rest = Counter(row.kind for row in ranked[len(shown) :])
        kinds = ", ".join(count(number, f"more {kind}") for kind, number in rest.items())
        return "".join([self.head, *shown, f"  and {kinds}: {SEE_ALL}\n" if kinds else "", self.foot])


@dataclass(frozen=True, slots=True)
class MarkdownContacts:
    """The blocks of one plan. With ``source_url`` each contact links to its declaration."""

    plan: Plan
    risks: Mapping[Risk, list[ContactEntry]]
    source_url: str | None = None

    @classmethod
    def of(cls, plan: Plan, source_url: str | None) -> "MarkdownContacts":
        """The blocks of a plan, riskiest contacts first."""
        return cls(plan, risk_groups(plan), source_url)

    @property
    def size(self) -> int:
        """How many contacts there are."""
        return sum(map(len, self.risks.values()))

    def within(self, budget: ByteBudget) -> tuple[list[str], list[str]]:
        """The contacts that fit, under the titles of their groups, and what is left out.

        The room for each one's rows is halved until all fit.
        """
        groups = [
            (risk, len(entries), _MadeOnce(self._blocks(entries, self.size)))
            for risk, entries in self.risks.items()
        ]
        room = budget.left
        while True:
            trial = ByteBudget(budget.left)
            blocks, left = _grouped(groups, room, trial)
            if room <= LEAST_ROOM or not trial.spent:
                budget.left, budget.spent = trial.left, trial.spent
                return blocks, left
            room = max(room // 2, LEAST_ROOM)

    def _blocks(self, entries: list[ContactEntry], of: int) -> Iterator[ContactBlock]:
        """In a plan of that many contacts; where they are few each one stands alone, with what is kept."""
        for group in equal_effects(entries) if of > MOST_WHOLE else ([entry] for entry in entries):
            yield self._group(group) if len(group) > 1 else self._contact(group[0], opened=of <= SHOWN_OPEN)

    def _contact(self, entry: ContactEntry, *, opened: bool) -> ContactBlock:
        name = contact_name(entry.contact, entry.contact.label, MARKDOWN_HTML)
        summary = "; ".join(phrase for _, phrase in contact_summary(entry, MARKDOWN_HTML))
        title = f"{name}: {summary}"
        place = place_text(entry.source, MARKDOWN.linked_to(self.source_url))
        return _block(title, f"{place}\n\n", self._rows(entry), opened=opened)

    def _group(self, group: Sequence[ContactEntry]) -> ContactBlock:
        """Contacts to which the very same happens: that once, then who they are. What is kept differs."""
        members = [
            Row(
                f"  {named_with_id(entry.contact, TERMINAL)}  {place_text(entry.source, TERMINAL)}\n",
                "contact",
                _MEMBER_RANK,
            )
            for entry in group
        ]
        rows = (*self._rows(group[0], concise=True), *members)
        return _block(group_title(group, MARKDOWN_HTML), "", rows, size=len(group))

    def _rows(self, entry: ContactEntry, *, concise: bool = False) -> tuple[Row, ...]:
        wording = OperationText(self.plan.timezone, TERMINAL, reverting=self.plan.revert is not None)
        lines = aligned(list(entry_lines(entry, wording, concise=concise)))
        return tuple(Row(f"{(lead + line.body).rstrip()}\n", _kind(line), line.rank) for line, lead in lines)


def _block(
    title: str, lead: str, rows: tuple[Row, ...], *, opened: bool = False, size: int = 1
) -> ContactBlock:
    """A block to unfold. The first lines are HTML up to the blank line, the others Markdown."""
    head = f"\n<details{' open' if opened else ''}>\n<summary>{title}</summary>\n\n{lead}```diff\n"
    return ContactBlock(head, rows, "```\n\n</details>\n", size)


def _kind(line: Line) -> str:
    return "kept item" if line.symbol == KEPT else f"{NOUNS.get(line.facet, 'field')} step"


class _MadeOnce:
    """Blocks that are made when they are first asked for, and kept for the next time."""

    def __init__(self, blocks: Iterator[ContactBlock]) -> None:
        self._blocks = blocks
        self._made: list[ContactBlock] = []

    def __iter__(self) -> Iterator[ContactBlock]:
        yield from self._made
        for block in self._blocks:
            self._made.append(block)
            yield block

    def first(self, number: int) -> int:
        """How many contacts the first blocks have."""
        return sum(block.size for block in self._made[:number])


def _grouped(
    groups: Iterable[tuple[Risk, int, _MadeOnce]], room: int, budget: ByteBudget
) -> tuple[list[str], list[str]]:
    """The blocks that fit, each with that room for its rows, and what is left out."""
    blocks: list[str] = []
    left: list[str] = []
    for risk, size, contacts in groups:
        title = f"\n#### {risk.value}: {count(size, 'contact')}\n"
        shown = budget.taken(chain([title], (contact.within(room) for contact in contacts)))
        blocks += shown
        left += more(size - contacts.first(len(shown) - 1) if shown else size, "contact", risk.having)
    return blocks, left
