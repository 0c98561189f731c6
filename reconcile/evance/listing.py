"""Reading a v2 list whole. Pages shift while rows come and go, so a list is proven, not trusted.

The proof is by counting. While rows only come (the total never falls), every row seen is still there, so
as many different ids as the server last counted are all of them, in whatever order the pages were. When the
count does not match, both ends are read again, where new rows show up; when it still does not match, or the
total fell, the walk starts anew. A list that can't be walked at all is read by ranges of ids.

No walk is longer than the total and the size of the first page allow, whatever the server says of its number
of pages: one that is larger contradicts the total, and proves nothing.

A list that can't be proven whole is not thrown away: the rows that were read come with the gap in words, so
that a plan can show what it would refuse.

One thing no count can show: a row deleted and another one added between two pages, in time so that no page
told the smaller total. Nobody then finds the row that slipped through; the next run sees it, and no harm is
done until then, since only contacts that were found are ever written.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic

from reconcile.errors import ServerFailure, UnexpectedResponse, Unreachable
from reconcile.model.contact import Contact, Identity
from reconcile.model.facets import SETS
from reconcile.wire.contacts_v2 import OddRow, Page, ReadRow, Row, RowVersion, VersionedRow

from .list_pages import ListPages, numbers_of, ranges_over, rows_by_ranges

WALKS = 2
"""How often a list is walked before it is read by ranges, which takes more requests."""

SPARE_PAGES = 1
"""Maximum number of pages beyond those that the rows need: some servers count an empty last one."""

BARREN_PAGES = 8
"""Maximum number of pages of a walk without a new row, then it ends: its total tells of rows that are not."""

ListingProgress = Callable[[int, int | None], None]
"""Told how many are done, and of how many (None: not known yet)."""

PAGE_FAILURES = (ServerFailure, Unreachable, UnexpectedResponse)
"""Errors that lose a page for good, after all tries. Others would meet every page and end the run."""


def no_progress(*_progress: object) -> None:
    """The progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All contacts of an account, sorted by id.

    ``contacts`` holds, by id, those whose roles or tags (or both) the list already showed, so that no second
    request is needed for them. ``gap`` says why they may not be all; empty when they are. ``odd_rows`` says,
    by id, of further contacts what of them is not understood, so that nobody knows who they are. ``versions``
    has, by id, what tells a row from an earlier one, where that was asked for; a row that came in an
    undocumented form may be missing there.
    """

    identities: tuple[Identity, ...]
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    gap: str = ""
    odd_rows: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, RowVersion] = field(default_factory=dict)


EMPTY_LISTING = Listing(())
"""Nobody."""


@dataclass(frozen=True, slots=True)
class ListRows(Generic[Row]):
    """The rows that were read of a list. ``gap`` says why they may not be all; empty when they are."""

    rows: Collection[Row]
    gap: str = ""


@dataclass(frozen=True, slots=True)
class FirstPage:
    """The first page of the list of contacts, before it is decided whether the others are read.

    ``listing`` is what it shows, ``page`` its rows for a reading of the whole list right after it.
    """

    page: Page[ReadRow]
    listing: Listing

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return self.page.pages


def listing_of(rows: Iterable[ReadRow], gap: str = "") -> Listing:
    """The listing that these rows amount to; each is of another contact."""
    contacts: dict[str, Contact] = {}
    odd_rows: dict[str, str] = {}
    versions: dict[str, RowVersion] = {}
    for read in rows:
        row = read.row if isinstance(read, VersionedRow) else read
        number = row.id if isinstance(row, OddRow) else row.identity.id
        if isinstance(read, VersionedRow):
            versions[number] = read.version
        if isinstance(row, OddRow):
            odd_rows[number] = row.fault
        else:
            contacts[number] = row
    identities = sorted((contact.identity for contact in contacts.values()), key=_by_id)
    with_sets = {number: contact for number, contact in contacts.items() if _shows_a_set(contact)}
    return Listing(tuple(identities), with_sets, gap, odd_rows, versions)


def _shows_a_set(contact: Contact) -> bool:
    return any(contact.state.has(facet) for facet in SETS)


def _by_id(identity: Identity) -> tuple[int, str]:
    """Numbers in their order, and anything else behind them."""
    number = identity.id
    return (len(number), number) if number.isdecimal() else (1 << 30, number)


class ListWalk(Generic[Row]):
    """One walk over the pages of a list, with the counts that prove it complete.

    ``seen`` also gets each row at once, so that it is not lost when a later page is.
    """

    def __init__(
        self, pages: ListPages[Row], progress: ListingProgress, seen: dict[str, Row] | None = None
    ) -> None:
        self._pages = pages
        self._progress = progress
        self._totals: list[int] = []
        self._last_page = 0
        self._rows_a_page = 1
        self.contradiction = ""
        self.rows: dict[str, Row] = {}
        self._seen = {} if seen is None else seen

    @property
    def total(self) -> int:
        """How many rows the server counted last; a walk must have begun."""
        return self._totals[-1]

    def walk_and_prove(self, first: Page[Row] | None = None) -> bool:
        """Walk; True when the rows are proven to be all. ``first`` is page 1 where it was read just now."""
        first = first or self._pages.page(1)
        self._rows_a_page = max(len(first.rows), 1)
        self._note(first)
        barren = 0
        for page in self._pages.pages(range(2, self._last_page + 1)):
            barren += not self._note(page)
            if barren > BARREN_PAGES:
                return False
        return not self.contradiction and (self._is_consistent() or self._complete_at_the_ends())

    def _note(self, page: Page[Row]) -> bool:
        """Take in a page; True when it has a new row."""
        known = len(self.rows)
        self.rows.update(page.rows)
        self._seen.update(page.rows)
        self._totals.append(page.total)
        most = -(-page.total // self._rows_a_page) + SPARE_PAGES
        self._last_page = max(self._last_page, min(page.pages, most))
        if page.pages > most:
            self.contradiction = f"it counts {page.pages} pages, which its total of {page.total} can't fill"
        self._progress(len(self.rows), page.total)
        return len(self.rows) > known

    def _is_consistent(self) -> bool:
        """True when every page told the same total and that many rows were seen."""
        return set(self._totals) == {len(self.rows)}

    def _complete_at_the_ends(self) -> bool:
        """Read where new rows show up, the first page and the last ones, until the count matches."""
        number = max(self._last_page, 1)
        for _ in range(2):
            self._note(self._pages.page(1))
            if self._is_counted():
                return True
            self._note(self._pages.page(number))
            while number < self._last_page:
                number += 1
                self._note(self._pages.page(number))
            if self._is_counted():
                return True
        return False

    def _is_counted(self) -> bool:
        """True when the total never fell and the last one told is the number of rows seen."""
        first, last = self._totals[0], self._totals[-1]
        return len(self.rows) == last and first == min(self._totals) and last == max(self._totals)


def read_whole_list(
    pages: ListPages[Row], progress: ListingProgress, first: Page[Row] | None = None
) -> ListRows[Row]:
    """All rows of a list, or those that could be read and why they are not proven to be all.

    ``first`` is its first page where that was read just now. ApiError when no row at all could be read.
    """
    seen: dict[str, Row] = {}
    try:
        return _proven_list(pages, progress, seen, first)
    except PAGE_FAILURES as error:
        if not seen:
            raise
        return ListRows(seen.values(), f"a page could not be read: {error}")


def _proven_list(
    pages: ListPages[Row], progress: ListingProgress, seen: dict[str, Row], first: Page[Row] | None
) -> ListRows[Row]:
    walks = [ListWalk(pages, progress, seen) for _ in range(WALKS)]
    for number, walk in enumerate(walks):
        if walk.walk_and_prove(None if number else first):
            return ListRows(walk.rows.values())
    # Three quarters full, so that a range has room for new rows.
    size = max(1, pages.size * 3 // 4)
    rows = rows_by_ranges(ranges_over(numbers_of(seen), size), pages.first_pages)
    if rows is None:
        gap = walks[-1].contradiction or _gap(len(seen), walks[-1].total)
        return ListRows(seen.values(), gap)
    progress(len(rows), len(rows))
    return ListRows(rows.values())


def _gap(seen: int, total: int) -> str:
    return (
        f"its pages do not add up to its total ({seen} different rows seen, {total} counted), because rows "
        "come and go meanwhile or the server repeats some"
    )
