"""Reading a list by windows of ids: for lists whose pages never hold still.

An id never changes, so a window of ids is not shifted by what comes and goes around it, and an answer that
holds a whole window is exact: every row that stands throughout is there. The query parameters ``id:min`` and
``id:max`` (both included) are those of the official client.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reconcile.wire.contacts_v2 import Page
from reconcile.wire.identities import Json, row_id

ROUNDS = 24
"""How often windows that hold too much are halved before the list is given up."""


@dataclass(frozen=True, slots=True)
class IdRange:
    """The ids from ``low`` to ``high``, both included; None is open."""

    low: int | None = None
    high: int | None = None

    @property
    def params(self) -> dict[str, str]:
        """The window as query parameters."""
        bounds = {"id:min": self.low, "id:max": self.high}
        return {name: str(value) for name, value in bounds.items() if value is not None}

    def holds(self, number: int) -> bool:
        """True for an id that lies within."""
        return (self.low is None or self.low <= number) and (self.high is None or number <= self.high)

    def cut(self, after: int) -> "tuple[IdRange, IdRange]":
        """The part up to that id, and the part after it."""
        return IdRange(self.low, after), IdRange(after + 1, self.high)


FetchRanges = Callable[[Iterable[IdRange]], Iterator[tuple[IdRange, Page]]]
"""Reads the first page of many windows, in any order."""


def ranges_over(known: Iterable[int], size: int) -> list[IdRange]:
    """Windows over all ids, each with at most ``size`` of the known ones; both ends are open."""
    numbers = sorted(known)
    cuts = numbers[size - 1 : -1 : size]
    bounds: list[int | None] = [None, *cuts, None]
    return [IdRange(None if low is None else low + 1, high) for low, high in pairwise(bounds)]


def rows_by_ranges(windows: Iterable[IdRange], fetch: FetchRanges) -> dict[str, Json] | None:
    """All rows of a list, by id; None when the server does not go by the windows."""
    rows: dict[str, Json] = {}
    left = list(windows)
    for _ in range(ROUNDS):
        overfull: list[IdRange] = []
        for window, page in fetch(left):
            numbers = _numbers(page)
            if numbers is None or not all(map(window.holds, numbers)):
                return None
            if len(numbers) == page.total:
                rows.update((row_id(row), row) for row in page.rows)
            elif len(numbers) < 2:
                return None
            else:
                overfull += window.cut(numbers[(len(numbers) - 1) // 2])
        if not overfull:
            return rows
        left = overfull
    return None


def _numbers(page: Page) -> Sequence[int] | None:
    """The ids on a page, sorted, each once; None when one is not a number."""
    found = {row_id(row) for row in page.rows}
    numbers = sorted(numbers_of(found))
    return numbers if len(numbers) == len(found) else None


def numbers_of(ids: Iterable[str]) -> set[int]:
    """Those of the ids that are numbers, of up to 64 bits as the API has them."""
    return {int(text) for text in ids if text.isascii() and text.isdecimal() and len(text) <= 20}
