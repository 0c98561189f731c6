"""A page of the v2 list of contacts, from its bytes to contacts in one pass.

The measure of what a row means is `read_row`, to which lead dicts of dicts: three times the work, and a
kilobyte a contact while they live. Here the rows of a page are told apart as bytes, and of a row only what is
kept is decoded, its sets by `ListedSets`.

Why it is right. The texts of a row are taken where each is a text or null, as documented; any other row goes
through `read_row`, alone. Both decoders take the same JSON, but for what only the standard one knows (other
encodings, NaN, halves of surrogate pairs): what the typed one refuses is not refused, but left to the other.

When it does not apply: a page whose envelope has another form is none that this module decodes. It is read by
`read_page`, and its rows by `read_row`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, defstruct, field
from msgspec.json import Decoder

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import ADDABLE_TYPES, Contact, Identity, State
from reconcile.model.partial_fields import NO_FIELDS, FieldNeeds, PartialFields

from .contacts_v2 import (
    NO_OBJECTS,
    OddRow,
    Page,
    ReadRow,
    RowVersion,
    VersionedRow,
    read_page,
    read_row,
)
from .fields import name_in_v2, read_listed_address
from .listed_sets import UNDECODABLE, ListedSets, json_value
from .roles_and_tags import ROLES_KEY, TAGS_KEY
from .values import Json, id_text, parse_atom, row_id

_Count = Annotated[int, Meta(ge=0)]


class _Counts(Struct, gc=False):
    total: _Count
    total_pages: _Count = field(name="totalPages")


class PageBody(Struct, gc=False):
    """The envelope of a list in its documented form; its rows are bytes."""

    data: list[Raw]
    pagination: _Counts
    success: Any = None


_Text = str | UnsetType | None


class _Row(Struct, gc=False):
    id: int | str
    type: _Text = UNSET
    email: _Text = UNSET
    reference: _Text = UNSET
    address: Raw = field(default_factory=Raw)
    roles: Raw = field(name=ROLES_KEY, default_factory=Raw)
    tags: Raw = field(name=TAGS_KEY, default_factory=Raw)


class _Modified(Struct, gc=False):
    modified: str = field(name="modifiedOn", default="")


_PAGE, _MODIFIED = Decoder(PageBody), Decoder(_Modified)

_TYPES = {name: name for name in (*ADDABLE_TYPES, "hq")}
"""The documented types of contacts, each once for all contacts."""


def decode_page(content: bytes) -> PageBody | None:
    """The page that these bytes are; None for anything but a list in its documented form."""
    try:
        content.decode()  # the typed decoder looks at no text that it skips
        page = _PAGE.decode(content)
    except UNDECODABLE:
        return None
    return None if page.success is False else page


class ContactRows:
    """Reads the rows of one list, from any number of threads.

    ``interpret`` makes of the sets that a row tells what they come to by what is known of the account.
    ``needs`` are the fields that are kept besides. With ``versions`` each row comes with what tells it from
    the same row as it was before.
    """

    def __init__(
        self, interpret: Callable[[State], State], needs: FieldNeeds = NO_FIELDS, *, versions: bool = False
    ) -> None:
        self._interpret = interpret
        self._needs = needs
        self._decode = _row_decoder(needs.profile or ()).decode
        self._versions = versions
        self._sets = ListedSets(interpret)

    def page(self, body: PageBody | Json) -> Page[ReadRow]:
        """The page with its rows read; UnexpectedResponse when it is no list, or has a row without an id.

        The rows of a page in an undocumented form have no versions, since nothing is known of their bytes.
        """
        if isinstance(body, PageBody):
            counts = body.pagination
            return Page(tuple(self._rows(body)), counts.total, counts.total_pages)
        page = read_page(body)
        rows = tuple((number, self._undocumented(row)) for number, row in page.rows)
        return Page(rows, page.total, page.pages)

    def _rows(self, body: PageBody) -> Iterator[tuple[str, ReadRow]]:
        for raw in body.data:
            number, row = self._row(raw)
            yield number, VersionedRow(row, _version(raw)) if self._versions else row

    def _row(self, raw: Raw) -> tuple[str, Contact | OddRow]:
        try:
            row = self._decode(raw)
        except UNDECODABLE:
            body = _object(raw)
            return row_id(body), self._undocumented(body)
        number, kind = id_text(row.id), row.type or ""
        identity = Identity(number, _TYPES.get(kind, kind), row.email or "", row.reference or None)
        sets = self._sets.of_texts(bytes(row.roles), bytes(row.tags))
        return number, Contact(identity, sets if self._needs == NO_FIELDS else self._with_fields(sets, row))

    def _with_fields(self, sets: State, row: _Row) -> State:
        names, address = self._needs.profile, None
        if self._needs.address:
            address = read_listed_address(json_value(bytes(row.address)))
        return replace(sets, profile=None if names is None else _told_profile(row, names), address=address)

    def _undocumented(self, row: Json) -> Contact | OddRow:
        """One odd row must not hide all others."""
        number = row_id(row)
        try:
            contact = read_row(row, self._needs)
        except UnexpectedResponse as error:
            return OddRow(number, str(error).removeprefix(f"contact {number}: "))
        return replace(contact, state=self._interpret(contact.state))


def _row_decoder(names: Iterable[str]) -> Decoder[_Row]:
    """The decoder of rows that also have these fields of the profile."""
    own = frozenset(_Row.__struct_fields__)
    fields = [(name, _Text, field(name=name_in_v2(name), default=UNSET)) for name in names if name not in own]
    return Decoder(defstruct("_RowWithProfile", fields, bases=(_Row,), gc=False))


def _told_profile(row: _Row, names: Iterable[str]) -> PartialFields:
    values = ((name, getattr(row, name)) for name in names)
    return PartialFields({name: value or None for name, value in values if value is not UNSET})


def _object(raw: Raw) -> Json:
    row = json_value(bytes(raw))
    if not isinstance(row, dict):
        raise UnexpectedResponse(NO_OBJECTS)
    return row


def _version(raw: Raw) -> RowVersion:
    return RowVersion(blake2b(raw, digest_size=16).digest(), _modified(raw))


def _modified(raw: Raw) -> datetime | None:
    """When a row says that it was modified, read for itself, so that no odd value of it makes the row odd."""
    try:
        return parse_atom(_MODIFIED.decode(raw).modified)
    except UNDECODABLE:
        return None
