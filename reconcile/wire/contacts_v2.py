"""The contacts of v2: the list page by page, and single ones, which a probe compares with v1."""

from dataclasses import dataclass, replace
from urllib.parse import quote

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Contact

from .roles_and_tags import read_sets
from .values import Json, parse_atom, read_identity

CONTACTS_V2 = "/api/v2/contacts.json"


def contact_path_v2(number: str) -> str:
    """Where v2 has a contact."""
    return f"/api/v2/contacts/{quote(number, safe='')}.json"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a v2 list: its rows, and how many rows and pages the server counts in all."""

    rows: tuple[Json, ...]
    total: int
    pages: int


EMPTY_PAGE = Page((), 0, 0)
"""Stands for a page that no longer exists, since the list has become shorter."""


def read_page(body: Json) -> Page:
    """A v2 list envelope ``{success, status, data, pagination, links}``."""
    rows, counts = body.get("data"), body.get("pagination")
    if body.get("success") is False or not isinstance(rows, list) or not isinstance(counts, dict):
        raise UnexpectedResponse("a list has no `data` and `pagination`")
    if not all(isinstance(row, dict) for row in rows):
        raise UnexpectedResponse("a list has rows that are not objects")
    return Page(tuple(rows), _count(counts.get("total")), _count(counts.get("totalPages")))


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UnexpectedResponse("a list does not tell its total and its number of pages")
    return value


def read_row(row: Json) -> Contact:
    """A row of the v2 list: the identity, and the sets it carries in a form that can be written back.

    A set that the row lacks or tells only in part is None: the contact itself is then read for it.
    """
    identity = read_identity(row)
    sets = read_sets(row, identity.id)
    whole = all(grant.readable for grant in sets.roles or ())
    return Contact(identity, sets if whole else replace(sets, roles=None))


def contact_in_v2(answer: Json) -> Json | None:
    """What v2 shows of a contact: ``{"data": {...}}`` without its envelope; None when there is none."""
    shown = answer.get("data")
    return shown if isinstance(shown, dict) else None


def update_payload_v2(fields: Json) -> dict[str, object]:
    """The body of an update through v2."""
    return {"data": fields}


def is_same_contact(v2: Json, v1: Json) -> bool:
    """True when e-mail address, type, first name and the instant of creation agree in both versions."""
    created, created_v1 = (parse_atom(str(value)) for value in (v2.get("createdOn"), v1.get("created")))
    names = (("email", "email"), ("type", "type"), ("firstName", "firstname"))
    texts = all((v2.get(name) or "") == (v1.get(name_v1) or "") for name, name_v1 in names)
    return texts and created is not None and created == created_v1
