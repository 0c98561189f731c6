"""Reading a v2 list whole. Pages shift when rows come and go meanwhile, so a list is proven, not trusted.

The proof is by counting. While rows only come (the total never falls), every row seen is still there, so
as many different ids as the server last counted are all of them, in whatever order the pages were. When the
count does not match, both ends are read again, where new rows show up; when it still does not match, or the
total fell, the walk starts anew. What can't be walked at all is read by windows of ids.

One thing no count can show: a row deleted and another one added between two pages, in time so that no page
told the smaller total. The row that slipped through is then found by nobody; the next run sees it, and no
harm is done meanwhile, since only what was found is ever written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reconcile.errors import ApiError
from reconcile.model import Contact, Identity

from .windows import FetchWindows, numbers_of, rows_by_windows, windows_over
from .wire import Json, Page, row_id

WALKS = 2
"""How often a list is walked before it is read by windows, which takes more requests."""

Progress = Callable[[int, int | None], None]
"""Told how many are done, and of how many (None: not known yet)."""

Fetch = Callable[[int], Page]
"""Reads the page of that number, from 1."""

FetchAll = Callable[[Iterable[int]], Iterator[Page]]
"""Reads many pages, in any order."""


def unwatched(_done: int, _total: int | None) -> None:
    """The progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All contacts of an account, sorted by id.

    ``contacts`` holds, by id, those of which the list already told roles or tags (whichever it told), so
    that no second request is needed for them.
    """

    identities: tuple[Identity, ...]
    contacts: Mapping[str, Contact] = field(default_factory=dict)


def listing(rows: Iterable[Contact]) -> Listing:
    """The listing that rows amount to."""
    contacts = {row.identity.id: row for row in rows}
    identities = sorted((row.identity for row in contacts.values()), key=_by_id)
    told = {
        key: row for key, row in contacts.items() if row.state.roles is not None or row.state.tags is not None
    }
    return Listing(tuple(identities), told)


def _by_id(identity: Identity) -> tuple[int, str]:
    """Numbers in their order, and anything else behind them."""
    number = identity.id
    return (len(number), number) if number.isdecimal() else (1 << 30, number)


class Walk:
    """One walk over the pages of a list, with what is needed to prove it complete."""

    def __init__(self, fetch: Fetch, fetch_all: FetchAll, progress: Progress) -> None:
        self._fetch = fetch
        self._fetch_all = fetch_all
        self._progress = progress
        self._totals: list[int] = []
        self._pages = 0
        self.rows: dict[str, Json] = {}

    def complete(self) -> bool:
        """Walk; True when the rows are proven to be all."""
        self._note(self._fetch(1))
        for page in self._fetch_all(range(2, self._pages + 1)):
            self._note(page)
        return self._consistent() or self._complete_at_the_ends()

    def _note(self, page: Page) -> None:
        self.rows.update((row_id(row), row) for row in page.rows)
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
class Source:
    """How the pages of one list are read; ``what`` names it to a person."""

    what: str
    page_size: int
    fetch: Fetch
    fetch_all: FetchAll
    fetch_windows: FetchWindows


def whole(source: Source, progress: Progress) -> list[Json]:
    """All rows of a list; ApiError when neither walks nor windows give a list that is proven complete."""
    seen: set[str] = set()
    for _ in range(WALKS):
        walk = Walk(source.fetch, source.fetch_all, progress)
        if walk.complete():
            return list(walk.rows.values())
        seen |= set(walk.rows)
    # Three quarters full, so that a window has room for what is new.
    size = max(1, source.page_size * 3 // 4)
    found = rows_by_windows(windows_over(numbers_of(seen), size), source.fetch_windows)
    if found is None:
        raise ApiError(
            f"incomplete listing of {source.what}: its pages do not add up to its total, because rows come "
            "and go meanwhile or the server repeats some; nothing was planned: try again at a quieter time"
        )
    progress(len(found), len(found))
    return list(found.values())
