"""Reading a v2 list whole. Pages shift when rows come and go meanwhile, so a list is proven, not trusted.

The proof is by counting. While rows only come (the total never falls), every row seen is still there, so
as many different ids as the server last counted are all of them, in whatever order the pages were. When the
count does not match, both ends are read again, where new rows show up; when it still does not match, or the
total fell, the walk starts anew. What can't be walked at all is read by windows of ids.

A list that can't be proven whole is not thrown away: what was read of it comes with the gap in words, so that
a plan can show what it would refuse.

One thing no count can show: a row deleted and another one added between two pages, in time so that no page
told the smaller total. The row that slipped through is then found by nobody; the next run sees it, and no
harm is done meanwhile, since only what was found is ever written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconcile.errors import ServerFailure, UnexpectedResponse, Unreachable
from reconcile.model.contact import Contact, Identity
from reconcile.wire.contacts_v2 import Page
from reconcile.wire.identities import Json, row_id

from .id_ranges import FetchRanges, numbers_of, ranges_over, rows_by_ranges

WALKS = 2
"""How often a list is walked before it is read by windows, which takes more requests."""

ListingProgress = Callable[[int, int | None], None]
"""Told how many are done, and of how many (None: not known yet)."""

Fetch = Callable[[int], Page]
"""Reads the page of that number, from 1."""

FetchAll = Callable[[Iterable[int]], Iterator[Page]]
"""Reads many pages, in any order."""

PAGE_FAILURES = (ServerFailure, Unreachable, UnexpectedResponse)
"""What loses a page for good, after all tries. Other errors would meet every page and end the run."""


def no_progress(*_progress: object) -> None:
    """The progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All contacts of an account, sorted by id.

    ``contacts`` holds, by id, those of which the list already told roles or tags (whichever it told), so
    that no second request is needed for them. ``gap`` says why they may not be all; empty when they are.
    """

    identities: tuple[Identity, ...]
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    gap: str = ""


@dataclass(frozen=True, slots=True)
class ListRows:
    """What was read of a list. ``gap`` says why it may not be all of it; empty when it is proven whole."""

    rows: Sequence[Json]
    gap: str = ""


def listing_of(rows: Iterable[Contact], gap: str = "") -> Listing:
    """The listing that rows amount to."""
    contacts = {row.identity.id: row for row in rows}
    identities = sorted((row.identity for row in contacts.values()), key=_by_id)
    told = {
        key: row for key, row in contacts.items() if row.state.roles is not None or row.state.tags is not None
    }
    return Listing(tuple(identities), told, gap)


def _by_id(identity: Identity) -> tuple[int, str]:
    """Numbers in their order, and anything else behind them."""
    number = identity.id
    return (len(number), number) if number.isdecimal() else (1 << 30, number)


class ListWalk:
    """One walk over the pages of a list, with what is needed to prove it complete.

    ``seen`` also gets each row at once, so that it is not lost when a later page is.
    """

    def __init__(
        self,
        fetch: Fetch,
        fetch_all: FetchAll,
        progress: ListingProgress,
        seen: dict[str, Json] | None = None,
    ) -> None:
        self._fetch = fetch
        self._fetch_all = fetch_all
        self._progress = progress
        self._totals: list[int] = []
        self._pages = 0
        self.rows: dict[str, Json] = {}
        self._seen = {} if seen is None else seen

    @property
    def total(self) -> int:
        """How many rows the server counted last; a walk must have begun."""
        return self._totals[-1]

    def complete(self) -> bool:
        """Walk; True when the rows are proven to be all."""
        self._note(self._fetch(1))
        for page in self._fetch_all(range(2, self._pages + 1)):
            self._note(page)
        return self._consistent() or self._complete_at_the_ends()

    def _note(self, page: Page) -> None:
        rows = {row_id(row): row for row in page.rows}
        self.rows |= rows
        self._seen |= rows
        self._totals.append(page.total)
        self._pages = max(self._pages, page.pages)
        self._progress(len(self.rows), page.total)

    def _consistent(self) -> bool:
        """True when every page told the same total and that many rows were seen."""
        return set(self._totals) == {len(self.rows)}

    def _complete_at_the_ends(self) -> bool:
        """Read where new rows show up, the first page and the last ones, until the count matches."""
        known = max(self._pages, 1)
        for _ in range(2):
            self._note(self._fetch(1))
            if self._counted():
                return True
            self._note(self._fetch(known))
            while known < self._pages:
                known += 1
                self._note(self._fetch(known))
            if self._counted():
                return True
        return False

    def _counted(self) -> bool:
        """True when the total never fell and the last one told is the number of rows seen."""
        first, last = self._totals[0], self._totals[-1]
        return len(self.rows) == last and first == min(self._totals) and last == max(self._totals)


@dataclass(frozen=True, slots=True)
class ListSource:
    """How the pages of one list are read."""

    page_size: int
    fetch: Fetch
    fetch_all: FetchAll
    fetch_windows: FetchRanges


def read_whole_list(source: ListSource, progress: ListingProgress) -> ListRows:
    """All rows of a list, or those that could be read and why they are not proven to be all.

    ApiError when no row at all could be read.
    """
    seen: dict[str, Json] = {}
    try:
        return _proven(source, progress, seen)
    except PAGE_FAILURES as error:
        if not seen:
            raise
        return ListRows(tuple(seen.values()), f"a page could not be read: {error}")


def _proven(source: ListSource, progress: ListingProgress, seen: dict[str, Json]) -> ListRows:
    walks = [ListWalk(source.fetch, source.fetch_all, progress, seen) for _ in range(WALKS)]
    for walk in walks:
        if walk.complete():
            return ListRows(tuple(walk.rows.values()))
    # Three quarters full, so that a window has room for what is new.
    size = max(1, source.page_size * 3 // 4)
    found = rows_by_ranges(ranges_over(numbers_of(seen), size), source.fetch_windows)
    if found is None:
        return ListRows(tuple(seen.values()), _uncounted(len(seen), walks[-1].total))
    progress(len(found), len(found))
    return ListRows(tuple(found.values()))


def _uncounted(seen: int, total: int) -> str:
    return (
        f"its pages do not add up to its total ({seen} different rows seen, {total} counted), because rows "
        "come and go meanwhile or the server repeats some"
    )
