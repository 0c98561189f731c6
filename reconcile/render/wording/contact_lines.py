"""The lines of one contact, in the order in which every format shows them."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.model.facets import FACETS, SETS, Facet
from reconcile.model.plans.change import Change
from reconcile.model.plans.entries import ContactEntry
from reconcile.model.plans.operation import Action, Kept, Operation
from reconcile.model.plans.schedule import Scheduled, Withheld
from reconcile.render.layout import column_width, pad

from .operation_text import KEPT, LAPSED, SYMBOLS, OperationText
from .schedule_text import SCHEDULED, WITHHELD, ScheduleText

WIDEST_ITEM = 40
"""Columns. A longer item pushes its own line out, not the column of all others."""

NOUNS = {facet: FACETS[facet].noun for facet in SETS}


_ROLE_RANK = 1

PlanItem = Operation | Kept | Scheduled | Withheld
"""Whatever a plan has a line for."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a contact: its symbol and name, what happens to it, and the reason given for it.

    ``rank`` is its place, from 0, where not all lines can be shown.
    """

    symbol: str
    facet: Facet
    name: str
    text: str
    reason: str
    rank: int = 0

    @property
    def body(self) -> str:
        """The text and the reason, for formats that write them one after the other."""
        return "   ".join(part for part in (self.text, self.reason) if part)


def item_text(facet: Facet, name: str) -> str:
    """An item with its kind: ``role  trade-account``, ``profile.company``."""
    if facet is Facet.CONTACT:
        return "contact"
    noun = NOUNS.get(facet)
    return f"{noun:<5} {name}" if noun else f"{facet.value}.{name}"


def contact_lines(change: Change, wording: OperationText, *, concise: bool = False) -> Iterator[Line]:
    """Facet by facet: what happens to its items, what has lapsed, what is kept of it (not if ``concise``)."""
    return entry_lines(ContactEntry(change.contact, change.source, change), wording, concise=concise)


def entry_lines(entry: ContactEntry, wording: OperationText, *, concise: bool = False) -> Iterator[Line]:
    """The same, with what is scheduled for the contact and what is withheld from it."""
    change = entry.change
    for facet in Facet:
        for operation in entry.operations:
            if operation.facet is facet:
                yield _line(SYMBOLS[operation.action], operation, wording.operation(operation), wording)
        for grant in change.lapsed if change and facet is Facet.ROLES else ():
            name = wording.dialect.name(grant.reference)
            yield Line(LAPSED, facet, name, wording.lapsed(grant), "", _ROLE_RANK)
        if entry.scheduled or entry.withheld:
            yield from _later_lines(entry, facet, wording)
        for kept in change.kept if change and not concise else ():
            if kept.facet is facet:
                yield _line(KEPT, kept, wording.kept(kept), wording)


def _later_lines(entry: ContactEntry, facet: Facet, wording: OperationText) -> Iterator[Line]:
    """What is scheduled and withheld of a facet. The line that adds a tag tells its end already."""
    text = ScheduleText(wording.timezone, wording.dialect)
    told = {
        (step.item, step.origin.at)
        for step in entry.operations
        if step.facet is Facet.TAGS and step.action is Action.ADD
    }
    for row in entry.scheduled:
        if row.facet is facet and (row.action is Action.ADD or (row.item, row.window.expires) not in told):
            yield _line(SCHEDULED, row, text.scheduled(row), wording)
    for item in entry.withheld:
        if item.facet is facet:
            yield _line(WITHHELD, item, text.withheld(item), wording)


def _line(symbol: str, item: PlanItem, text: str, wording: OperationText) -> Line:
    reason = wording.dialect.quote(item.origin.reason) if item.origin.reason else ""
    return Line(symbol, item.facet, wording.dialect.name(item.item), text, reason, _rank(item))


def _rank(item: PlanItem) -> int:
    """What opens or closes access comes first, then roles, then fields, then tags, then what is kept."""
    if isinstance(item, Kept):
        return 4
    if isinstance(item, Scheduled) and item.privileged:
        return 0
    if isinstance(item, Operation) and _opens_or_closes(item):
        return 0
    return {Facet.ROLES: _ROLE_RANK, Facet.TAGS: 3}.get(item.facet, 2)


def _opens_or_closes(item: Operation) -> bool:
    moved = item.facet is Facet.PROFILE and item.item == "email"
    return moved or item.revokes or item.bypasses_approval or item.facet is Facet.CONTACT


def aligned(lines: list[Line]) -> Iterator[tuple[Line, str]]:
    """Each line with its symbol and item, padded to one column."""
    items = [item_text(line.facet, line.name) for line in lines]
    column = column_width(items, WIDEST_ITEM)
    for line, item in zip(lines, items, strict=True):
        yield line, f"{line.symbol} {pad(item, column)}  "
