"""The contacts of v2: the list page by page, and single ones, which a probe compares with v1."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Contact, State
from reconcile.model.partial_fields import NO_FIELDS, FieldNeeds

from .fields import read_listed_address, read_listed_profile
from .roles_and_tags import read_sets
from .values import Json, parse_atom, read_identity, row_id

CONTACTS_V2 = "/api/v2/contacts.json"


def contact_path_v2(number: str) -> str:
    """Where v2 has a contact."""
    return f"/api/v2/contacts/{quote(number, safe='')}.json"


@dataclass(frozen=True, slots=True)
class OddRow:
    """A row of which only the id is understood, and what is not."""

    id: str
    fault: str


@dataclass(frozen=True, slots=True)
class RowVersion:
    """What tells a row of the list from the same row as it was before.

    ``digest`` is one of the row as it came; ``modified`` is its ``modifiedOn`` in UTC, None where that is not
    told.
    """

    digest: bytes
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class VersionedRow:
    """A row that was read, and what tells it from the same row as it was before."""

    row: Contact | OddRow
    version: RowVersion


ReadRow = Contact | OddRow | VersionedRow

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a v2 list: its rows by their ids, and how many rows and pages the server counts in all."""

    rows: tuple[tuple[str, Row], ...]
    total: int
    pages: int


EMPTY_PAGE: Page[Any] = Page((), 0, 0)
"""Stands for a page that no longer exists, since the list has become shorter."""

NO_OBJECTS = "a list has rows that are not objects"


def read_page(body: Json) -> Page[Json]:
    """A v2 list envelope ``{success, status, data, pagination, links}``."""
    rows, counts = body.get("data"), body.get("pagination")
    if body.get("success") is False or not isinstance(rows, list) or not isinstance(counts, dict):
        raise UnexpectedResponse("a list has no `data` and `pagination`")
    if not all(isinstance(row, dict) for row in rows):
        raise UnexpectedResponse(NO_OBJECTS)
    total, pages = _count(counts.get("total")), _count(counts.get("totalPages"))
    return Page(tuple((row_id(row), row) for row in rows), total, pages)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UnexpectedResponse("a list does not tell its total and its number of pages")
    return value


def read_row(row: Json, needs: FieldNeeds = NO_FIELDS) -> Contact:
    """A row of the v2 list: the identity, and the sets it carries in a form that can be written back.

    A set that the row lacks or tells only in part is None: the contact itself is then read for it. So is an
    address; of the profile there are those of the needed fields that the row tells.
    """
    identity = read_identity(row)
    return Contact(identity, with_listed_fields(read_listed_sets(row, identity.id), row, needs))


def with_listed_fields(sets: State, row: Json, needs: FieldNeeds) -> State:
    """The sets of a row with the fields that are needed, as far as the row tells them."""
    if needs == NO_FIELDS:
        return sets
    address = read_listed_address(row.get("address")) if needs.address else None
    return replace(sets, profile=read_listed_profile(row, needs.profile), address=address)


def read_listed_sets(row: Json, number: str) -> State:
    """The sets of a row in a form that can be written back."""
    sets = read_sets(row, number)
    whole = all(grant.readable for grant in sets.roles or ())
    return sets if whole else replace(sets, roles=None)


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
