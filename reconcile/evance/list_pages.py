"""Reads the pages of one v2 list, several at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from reconcile.errors import NotFound
from reconcile.http.parallel import WorkerPool
from reconcile.wire.contacts_v2 import EMPTY_PAGE, Page, read_page

from .api_client import ApiClient
from .error_mapping import parse_answer
from .id_ranges import IdRange
from .transport import ApiRequest


@dataclass(frozen=True, slots=True)
class ListPages:
    """The pages of the list that ``request`` asks for. Any method may raise an ApiError."""

    api: ApiClient
    workers: WorkerPool
    request: ApiRequest

    @property
    def size(self) -> int:
        """How many rows a page is asked for."""
        return self.api.connection.page_size

    def page(self, number: int) -> Page:
        """The page of that number, from 1; an empty one behind the end, which may have moved."""
        try:
            return self._read(page=str(number))
        except NotFound:
            if number == 1:
                raise
        return EMPTY_PAGE

    def pages(self, numbers: Iterable[int]) -> Iterator[Page]:
        """Many pages, in any order."""
        return self.workers.results(self.page, numbers)

    def first_pages(self, ranges: Iterable[IdRange]) -> Iterator[tuple[IdRange, Page]]:
        """The first page of each of these ranges of ids, in any order."""
        return self.workers.results(self._first_page, ranges)

    def _first_page(self, ids: IdRange) -> tuple[IdRange, Page]:
        return ids, self._read(page="1", **ids.params)

    def _read(self, **params: str) -> Page:
        params = {**self.request.params, **params, "limit": str(self.size)}
        answer = self.api.read(replace(self.request, params=params))
        return parse_answer(read_page, answer, self.api.connection)
