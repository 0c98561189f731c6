"""The contact list of v2, page by page."""

from dataclasses import dataclass

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Contact, State

from .access_roles import read_grants
from .contacts_v1 import _if_understood
from .fields import read_tags
from .identities import Json, read_identity


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a v2 list: its rows, and how many rows and pages the server counts in all."""

    rows: tuple[Json, ...]
    total: int
    pages: int


def read_page(body: Json) -> Page:
    """A v2 list envelope ``{success, status, data, pagination, links}``."""
    rows, counted = body.get("data"), body.get("pagination")
    if body.get("success") is False or not isinstance(rows, list) or not isinstance(counted, dict):
        raise UnexpectedResponse("a list has no `data` and `pagination`")
    if not all(isinstance(row, dict) for row in rows):
        raise UnexpectedResponse("a list has rows that are not objects")
    return Page(tuple(rows), _count(counted.get("total")), _count(counted.get("totalPages")))


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UnexpectedResponse("a list does not tell its total and its number of pages")
    return value


def read_row(row: Json) -> Contact:
    """A row of the v2 list: the identity, and the sets it carries in a form that can be written back.

    A set that the row lacks or tells only in part is None: the contact itself is then read for it.
    """
    who = read_identity(row)
    roles = _if_understood(read_grants, row, who)
    complete = roles is not None and all(grant.readable for grant in roles)
    return Contact(who, State(roles=roles if complete else None, tags=_if_understood(read_tags, row, who)))


CONTACTS_V2 = "/api/v2/contacts.json"

EMPTY_PAGE = Page((), 0, 0)
"""What is on a page that there is no more, since the list has become shorter."""
