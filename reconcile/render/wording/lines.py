"""The lines of one contact, in the order in which every format shows them."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.model.facets import Facet
from reconcile.model.plan import Change, Kept, Operation, Origin
from reconcile.render.layout import cells, pad

from .operation_text import KEPT, SYMBOLS, OperationText

WIDEST_ITEM = 40
"""A longer item pushes its own line out, not the column of all others."""

NOUNS = {Facet.ROLES: "role", Facet.TAGS: "tag"}


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a contact: its symbol and name, what is said of it, and the reason given."""

    symbol: str
    facet: Facet
    name: str
    said: str
    reason: str

    @property
    def item(self) -> str:
        """The item with its kind: ``role  trade-account``, ``profile.company``."""
        if self.facet is Facet.CONTACT:
            return "contact"
        noun = NOUNS.get(self.facet)
        return f"{noun:<5} {self.name}" if noun else f"{self.facet.value}.{self.name}"

    @property
    def body(self) -> str:
        """What is said and the reason, for formats that write them one after the other."""
        return "   ".join(part for part in (self.said, self.reason) if part)


def contact_lines(change: Change, steps: OperationText, *, concise: bool = False) -> Iterator[Line]:
    """Facet by facet: what happens to its items, then what is kept of it (not if ``concise``)."""
    for facet in Facet:
        for step in change.operations:
            if step.facet is facet:
                yield _line(SYMBOLS[step.action], step, steps.operation(step), steps)
        for kept in () if concise else change.kept:
            if kept.facet is facet:
                yield _line(KEPT, kept, steps.kept(kept), steps)


def _line(symbol: str, step: Operation | Kept, said: str, steps: OperationText) -> Line:
    return Line(symbol, step.facet, steps.say.name(step.item), said, _reason(step.origin, steps))


def _reason(origin: Origin, steps: OperationText) -> str:
    return steps.say.quote(origin.reason) if origin.reason else ""


def aligned(found: list[Line]) -> Iterator[tuple[Line, str]]:
    """Each row with its symbol and item, padded to one column."""
    items = [row.item for row in found]
    column = max((width for width in map(cells, items) if width <= WIDEST_ITEM), default=0)
    for row, item in zip(found, items, strict=True):
        yield row, f"{row.symbol} {pad(item, column)}  "
