"""Reads the pages of a v2 list, many at once, with a limited number of calls under way."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Any, Generic, TypeVar

from reconcile.errors import NotFound
from reconcile.wire.contacts_v2 import CONTACTS_V2, EMPTY_PAGE, Page, Row

from .api_client import ApiClient
from .error_mapping import parse_answer
from .transport import ApiRequest

Task = TypeVar("Task")

TaskResult = TypeVar("TaskResult")


class WorkerPool:
    """A pool of that many threads."""

    def __init__(self, workers: int, name: str) -> None:
        self._workers = workers
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=name)

    def results(self, call: Callable[[Task], TaskResult], tasks: Iterable[Task]) -> Generator[TaskResult]:
        """The results as they come, in any order; the first error ends it and no new call is begun.

        At most one call for each worker is under way or waiting, so a million tasks need no million futures.
        """
        left = iter(tasks)
        running: set[Future[TaskResult]] = set()
        try:
            while True:
                free = self._workers - len(running)
                running |= {self._threads.submit(call, task) for task in islice(left, free)}
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for future in running:
                future.cancel()

    def close(self) -> None:
        """Let running calls end and begin no others."""
        self._threads.shutdown(cancel_futures=True)

    def abandon(self) -> None:
        """Begin no others, and do not wait for running calls: the process ends without them."""
        self._threads.shutdown(wait=False, cancel_futures=True)


LIST_CONTACTS = ApiRequest("GET", CONTACTS_V2, "list the contacts", "contacts.readonly")


def search_request(field: str, value: str, *, reserve_next: bool = False) -> ApiRequest:
    """For the contacts that a field finds."""
    action, params = f"look for contacts by {field}", {field: value}
    return replace(LIST_CONTACTS, action=action, params=params, reserve_next=reserve_next)


def ids_request(ids: Iterable[str]) -> ApiRequest:
    """For the contacts of these ids."""
    return replace(LIST_CONTACTS, params={"id:in": ",".join(ids)})


ROUNDS = 24
"""How often ranges that hold too many rows are halved before the list is given up."""


@dataclass(frozen=True, slots=True)
class IdRange:
    """The ids from ``low`` to ``high``, both included; None is open."""

    low: int | None = None
    high: int | None = None

    @property
    def params(self) -> dict[str, str]:
        """The range as query parameters."""
        bounds = {"id:min": self.low, "id:max": self.high}
        return {name: str(value) for name, value in bounds.items() if value is not None}

    def holds(self, number: int) -> bool:
        """True for an id that lies within."""
        return (self.low is None or self.low <= number) and (self.high is None or number <= self.high)

    def cut(self, after: int) -> "tuple[IdRange, IdRange]":
        """The part up to that id, and the part after it."""
        return IdRange(self.low, after), IdRange(after + 1, self.high)


@dataclass(frozen=True, slots=True)
class ListPages(Generic[Row]):
    """The pages of the list that ``request`` asks for, as ``read`` reads them.

    Any method may raise an ApiError.
    """

    api: ApiClient
    workers: WorkerPool
    request: ApiRequest
    read: Callable[[Any], Page[Row]]

    @property
    def size(self) -> int:
        """How many rows a page is asked for."""
        return self.api.connection.page_size

    def page(self, number: int) -> Page[Row]:
        """The page of that number, from 1; an empty one behind the end, which may have moved."""
        try:
            return self._read(page=str(number))
        except NotFound:
            if number == 1:
                raise
        return EMPTY_PAGE

    def pages(self, numbers: Iterable[int]) -> Iterator[Page[Row]]:
        """Many pages, in any order."""
        return self.workers.results(self.page, numbers)

    def first_pages(self, ranges: Iterable[IdRange]) -> Iterator[tuple[IdRange, Page[Row]]]:
        """The first page of each of these ranges of ids, in any order."""
        return self.workers.results(self._first_page, ranges)

    def _first_page(self, ids: IdRange) -> tuple[IdRange, Page[Row]]:
        return ids, self._read(page="1", **ids.params)

    def _read(self, **params: str) -> Page[Row]:
        params = {**self.request.params, **params, "limit": str(self.size)}
        answer = self.api.read_decoded(replace(self.request, params=params))
        return parse_answer(self.read, answer, self.api.connection)


FirstPages = Callable[[Iterable[IdRange]], Iterator[tuple[IdRange, Page[Row]]]]
"""Reads the first page of many ranges, in any order."""


def ranges_over(known: Iterable[int], size: int) -> list[IdRange]:
    """Ranges over all ids, each with at most ``size`` of the known ones; both ends are open."""
    numbers = sorted(known)
    cuts = numbers[size - 1 : -1 : size]
    bounds: list[int | None] = [None, *cuts, None]
    return [IdRange(None if low is None else low + 1, high) for low, high in pairwise(bounds)]


def rows_by_ranges(ranges: Iterable[IdRange], first_pages: FirstPages[Row]) -> dict[str, Row] | None:
    """All rows of a list, by id; None when the server does not obey the ranges."""
    rows: dict[str, Row] = {}
    left = list(ranges)
    for _ in range(ROUNDS):
        overfull: list[IdRange] = []
        for ids, page in first_pages(left):
            numbers = _numbers(page)
            if numbers is None or not all(map(ids.holds, numbers)):
                return None
            if len(numbers) == page.total:
                rows.update(page.rows)
            elif len(numbers) < 2:
                return None
            else:
                overfull += ids.cut(numbers[(len(numbers) - 1) // 2])
        if not overfull:
            return rows
        left = overfull
    return None


def _numbers(page: Page[Any]) -> Sequence[int] | None:
    """The ids on a page, sorted, each once; None when one is not a number."""
    ids = {number for number, _ in page.rows}
    numbers = sorted(numbers_of(ids))
    return numbers if len(numbers) == len(ids) else None


def numbers_of(ids: Iterable[str]) -> set[int]:
    """Those of the ids that are numbers, of up to 64 bits as the API has them."""
    return {int(text) for text in ids if text.isascii() and text.isdecimal() and len(text) <= 20}
