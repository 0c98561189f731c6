"""The fields of a contact's profile and of its address: one table, and how Evance shows them.

A field is added by one row. From the rows come what a declaration may hold, its JSON Schema, the page of
fields in the docs, and how a value is masked. The names are those of v1 (Evance help: The Contact Object,
Updating a Contact).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reconcile.model.contact import Fields
from reconcile.model.partial_fields import PartialFields

from .roles_and_tags import SET_KEYS
from .values import Json


class FieldKind(StrEnum):
    """What may stand in a field."""

    PLAIN = "plain"
    EMAIL = "e-mail address"
    COMPANY = "company"
    PROSE = "prose"
    COUNTRY = "country code"


HTML_START = re.compile(r"<[A-Za-z/!?]")
"""What begins HTML, which the account takes neither as a company nor as prose."""

LONGEST_COMPANY = 200
"""Maximum number of characters of a company's name (Evance help: The Contact Object)."""

COUNTRY_CODE = re.compile(r"[A-Z]{2}")
"""ISO 3166-1 alpha-2."""

COUNTRY_SLIPS = {"UK": "GB", "EL": "GR"}
"""What is often taken for the code of a country, with its code."""


class Masking(StrEnum):
    """How a value is shown where it leaves the terminal.

    ``OPEN`` shows it except for e-mail addresses in it, ``EMAIL`` shows the first letters of an address.
    """

    OPEN = "open"
    EMAIL = "e-mail address"
    INITIALS = "initials"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class ContactField:
    """One field by its name in the API. ``about`` is one line for people.

    The value of a ``telling`` field tells who somebody is: it is hidden in tags, reasons and file names too.
    """

    name: str
    about: str
    kind: FieldKind = FieldKind.PLAIN
    masking: Masking = Masking.HIDDEN
    telling: bool = False


FieldTable = dict[str, ContactField]
"""Fields by their case-folded name, in the order in which they are listed."""


def field_table(*fields: ContactField) -> FieldTable:
    """The table of these fields."""
    return {field.name.casefold(): field for field in fields}


def _plain(
    part: str, names: str, masking: Masking = Masking.HIDDEN, *, telling: bool = False
) -> list[ContactField]:
    about = f"A field of the {part}; null or an empty text clears it."
    return [ContactField(name, about, masking=masking, telling=telling) for name in names.split()]


PROFILE_FIELDS = field_table(
    ContactField("email", "The contact's new e-mail address.", FieldKind.EMAIL, Masking.EMAIL, telling=True),
    ContactField(
        "company", "The company's name; at most 200 characters.", FieldKind.COMPANY, Masking.INITIALS
    ),
    ContactField("biography", "A text about the contact.", FieldKind.PROSE),
    *_plain("contact", "firstname lastname", Masking.INITIALS, telling=True),
    *_plain("contact", "reference", Masking.OPEN),
    *_plain("contact", "username", Masking.INITIALS, telling=True),
    *_plain("contact", "position department division"),
    *_plain("contact", "phone mobile", telling=True),
    *_plain("contact", "registeredNumber taxNumber"),
    *_plain("contact", "website", telling=True),
    *_plain("contact", "thumbnail"),
    *_plain("contact", "facebook flickr googlePlus linkedIn pinterest instagram twitter vimeo youTube"),
)
"""The fields of the contact itself that can be declared."""

ADDRESS_FIELDS = field_table(
    ContactField(
        "company",
        "The company's name, where it differs from the contact's.",
        FieldKind.COMPANY,
        Masking.INITIALS,
    ),
    ContactField("countryCode", "The country, ISO 3166-1 alpha-2.", FieldKind.COUNTRY, Masking.OPEN),
    *_plain("address", "title", Masking.INITIALS),
    *_plain("address", "firstname lastname", Masking.INITIALS, telling=True),
    *_plain("address", "line1 line2 line3", telling=True),
    *_plain("address", "city region zip"),
)
"""The fields of the primary address that can be declared."""

_UNDECLARED = field_table(
    ContactField("type", "The type of the contact.", masking=Masking.OPEN),
    ContactField("country", "The country's name.", masking=Masking.OPEN),
)
"""Fields that a body may hold and no declaration."""


def named_field(name: str) -> ContactField | None:
    """The field of that name, in whatever letter case; None for one that is not known."""
    key = name.casefold()
    return PROFILE_FIELDS.get(key) or ADDRESS_FIELDS.get(key) or _UNDECLARED.get(key)


_V2_NAMES = {"firstname": "firstName", "lastname": "lastName"}


def name_in_v2(name: str) -> str:
    """What v2 calls a field of the profile (the official Python client)."""
    return _V2_NAMES.get(name, name)


_NOT_PROFILE = frozenset(
    {"id", "type", "created", "createdOn", "modifiedOn", "password", "address", *SET_KEYS.values()}
)

_NOT_ADDRESS = frozenset({"id", "latitude", "longitude", "isPrimary", "country"})


def read_profile(body: Json) -> Fields:
    """The text fields of a v1 contact, empty ones as None."""
    return _text_fields(body, _NOT_PROFILE)


def read_address(body: Json) -> Fields | None:
    """The text fields of the primary address; none at all when the contact has no address.

    None for an address of an unknown form, or with a field that is no text: a write sends the whole address,
    and would blank what was left out here.
    """
    value = body.get("address") or {}
    if not isinstance(value, dict) or not all(
        isinstance(value.get(name) or "", str) for name in _ADDRESS_NAMES
    ):
        return None
    return _text_fields(value, _NOT_ADDRESS)


def read_listed_profile(row: Json, names: Iterable[str] | None) -> PartialFields | None:
    """Those of the named fields that a row of the v2 list has as a text or null; None where none is named."""
    if names is None:
        return None
    values = ((name, row.get(name_in_v2(name), _NOT_TOLD)) for name in names)
    return PartialFields(
        {name: value or None for name, value in values if value is None or isinstance(value, str)}
    )


_NOT_TOLD = object()


def read_listed_address(value: object) -> Fields | None:
    """The address in a row of the v2 list, where it has the fields of v1 and no others; else None.

    A row without one, or with null, may just not tell it.
    """
    if value in ([], {}):
        return {}
    address = read_address({"address": value}) if isinstance(value, dict) else None
    return address if address is not None and address.keys() == {*_ADDRESS_NAMES} else None


_ADDRESS_NAMES = tuple(field.name for field in ADDRESS_FIELDS.values())


def written_fields(fields: Fields) -> dict[str, str | None]:
    """Fields as they are written: in the order of their names."""
    return dict(sorted(fields.items()))


def _text_fields(body: Json, left_out: frozenset[str]) -> Fields:
    return {
        key: value or None
        for key, value in sorted(body.items())
        if key not in left_out and (value is None or isinstance(value, str))
    }
