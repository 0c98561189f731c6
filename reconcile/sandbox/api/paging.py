"""Pages of lists: the one that a request asks for, and the keys that tell its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from reconcile.sandbox.messages import Request
from reconcile.sandbox.refusals import Problem, Refused
from reconcile.sandbox.switches import Switches

_HIGHEST_NUMBER = 10**9


@dataclass(frozen=True, slots=True)
class RequestedPage:
    """The page a query names, from 1, and its length."""

    number: int
    limit: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list of `total` rows."""

    number: int
    limit: int
    total: int

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.number - 1) * self.limit

    @property
    def pages(self) -> int:
        """The number of pages."""
        return -(-self.total // self.limit)

    @property
    def previous(self) -> int | None:
        """Number of the page before."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """Number of the page after."""
        return self.number + 1 if self.number < self.pages else None


def read_page(query: Mapping[str, str], switches: Switches, limit_name: str) -> RequestedPage:
    """The page that a query asks for; raises Refused (422) for what is no such number."""
    number = _positive(query, "page", 1)
    limit = _positive(query, limit_name, min(100, switches.max_limit))
    if limit > switches.max_limit and switches.over_limit == "reject":
        raise Refused(
            422, Problem(limit_name, f"must not be above {switches.max_limit}"), context="parameters"
        )
    return RequestedPage(number, min(limit, switches.max_limit))


def find_page(requested: RequestedPage, total: int, switches: Switches) -> Page:
    """The page that is shown; the switches decide about one after the last. Raises Refused (404)."""
    pages = max(1, -(-total // requested.limit))
    if requested.number > pages and switches.past_end == "404":
        raise Refused(404, Problem("page", "there is no such page"), context="parameters")
    number = min(requested.number, pages) if switches.past_end == "last" else requested.number
    return Page(number, requested.limit, total)


def v2_paging(page: Page, request: Request) -> dict[str, Any]:
    """`pagination` and `links` of a v2 list (Evance help: List Access Roles)."""
    return {
        "pagination": {
            "limit": page.limit, "page": page.number, "total": page.total, "totalPages": page.pages,
        },
        "links": {
            "self": _link(request, page, page.number),
            "previous": _link(request, page, page.previous),
            "next": _link(request, page, page.next),
        },
    }  # fmt: skip


def v1_paging(page: Page) -> dict[str, Any]:
    """The place of a page in a v1 list, as keys at top level."""
    return {
        "page": page.number,
        "total": page.total,
        "totalPages": page.pages,
        "nextPage": page.next,
        "previousPage": page.previous,
        "isFirstPage": page.previous is None,
        "isLastPage": page.next is None,
    }


def _positive(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text[:20]) >= 1):
        raise Refused(422, Problem(name, "must be a whole number from 1"), context="parameters")
    return min(int(text[:20]), _HIGHEST_NUMBER)


def _link(request: Request, page: Page, number: int | None) -> str | None:
    if number is None:
        return None
    query = urlencode({**request.query, "page": number, "limit": page.limit})
    return f"{request.base}{request.path}?{query}"
