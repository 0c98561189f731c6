"""How many contacts of a plan each role and each tag is given to, taken from, changed or scheduled for."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.model.facets import FACETS, Facet

from .operation import Action
from .plan import Plan

SCHEDULED = "scheduled"

TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """One role or tag: the contacts by what happens to it, in the words of its facet.

    ``numbers`` has only what is not zero: ``{"granted": 580, "scheduled": 12}``.
    """

    item: str
    numbers: dict[str, int]

    def of(self, word: str) -> int:
        """The contacts to which that happens."""
        return self.numbers.get(word, 0)


@dataclass(frozen=True, slots=True)
class ItemTable:
    """The counts of a set facet's items, most taken first, then most given; ``columns`` are words in use."""

    facet: Facet
    columns: tuple[str, ...]
    rows: tuple[ItemCounts, ...]


def item_table(plan: Plan, facet: Facet) -> ItemTable:
    """What the plan does to each item of a set facet, now and later; items that only stay are left out."""
    numbers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for item, word in _events(plan, facet):
        numbers[item][word] += 1
    spec = FACETS[facet]
    rows = [ItemCounts(item, dict(counts)) for item, counts in numbers.items()]
    rows.sort(key=lambda row: (-row.of(spec.removed), -row.of(spec.added), row.item))
    words = (spec.added, spec.removed, "changed", SCHEDULED, TAKEN_BACK)
    columns = tuple(word for word in words if any(row.of(word) for row in rows))
    return ItemTable(facet, columns, tuple(rows))


def _events(plan: Plan, facet: Facet) -> Iterator[tuple[str, str]]:
    spec = FACETS[facet]
    words = {Action.ADD: spec.added, Action.REMOVE: spec.removed, Action.CHANGE: "changed"}
    for change in plan.changes:
        for operation in change.operations:
            if operation.facet is facet:
                yield operation.item, words[operation.action]
    for row in plan.scheduled:
        if row.facet is facet and not row.known:
            yield row.item, TAKEN_BACK if row.taken_back else SCHEDULED
