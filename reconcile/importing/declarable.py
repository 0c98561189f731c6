"""What a declaration may say and how it is written: texts, addresses, ends of windows, values of fields.

The rules are those by which ``declare`` reads; ``tests/importing`` holds the two against each other.
"""

import re
from datetime import date, datetime
from string import whitespace

from reconcile.clock import day_ended_by, zone
from reconcile.model.contact import CONTACT_ID, EMAIL_FORM
from reconcile.model.facets import Facet
from reconcile.text import invisible_character, replace_unprintable
from reconcile.wire.fields import (
    ADDRESS_FIELDS,
    COUNTRY_CODE,
    COUNTRY_SLIPS,
    HTML_START,
    LONGEST_COMPANY,
    PROFILE_FIELDS,
    FieldKind,
)

_BREAKS = re.compile("[\t\n]")

_LONGEST_IN_COMMENT = 60
"""Maximum length of one text of the account in a comment; a longer one is cut."""


def can_declare(text: str) -> bool:
    """True for a text that may stand as a role, a tag or a reference: on one line, and all of it is seen."""
    return bool(text) and not text.isspace() and _is_one_line(text)


def _is_one_line(text: str) -> bool:
    return invisible_character(text) is None and not _BREAKS.search(text)


def can_declare_id(text: str) -> bool:
    """True for an id of the only form that a declaration takes."""
    return CONTACT_ID.fullmatch(text) is not None


def can_declare_email(text: str) -> bool:
    """True for a bare address."""
    return EMAIL_FORM.fullmatch(text) is not None and _is_one_line(text)


def written_tag(value: str) -> str | None:
    """A tag as it is to be written: without ASCII blanks around it, which make no other tag.

    None when it can't be said.
    """
    bare = value.strip(whitespace)
    return bare if can_declare(bare) else None


def written_end(expires: datetime | None, timezone: str) -> date | datetime | None:
    """The end of a window: a date where the instant is the end of that day in the time zone, else itself."""
    return expires and (day_ended_by(expires, zone(timezone)) or expires)


def can_declare_field(facet: Facet, name: str, value: str | None) -> bool:
    """True for a value that a field of the profile or of the address may have; None is an empty one."""
    field = _TABLES[facet].get(name.casefold())
    if field is None:
        return False
    if not value:
        return field.kind not in _NEVER_EMPTY
    if field.kind is FieldKind.PROSE:
        return invisible_character(value) is None and not HTML_START.search(value)
    return _is_one_line(value) and _has_form(field.kind, value)


_TABLES = {Facet.PROFILE: PROFILE_FIELDS, Facet.ADDRESS: ADDRESS_FIELDS}

_NEVER_EMPTY = {FieldKind.EMAIL, FieldKind.COUNTRY}


def _has_form(kind: FieldKind, value: str) -> bool:
    match kind:
        case FieldKind.EMAIL:
            return can_declare_email(value)
        case FieldKind.COUNTRY:
            return COUNTRY_CODE.fullmatch(value) is not None and value not in COUNTRY_SLIPS
        case FieldKind.COMPANY:
            return len(value) <= LONGEST_COMPANY and not HTML_START.search(value)
        case _:
            return True


def in_comment(text: str) -> str:
    """A text of the account as it may stand in a comment: on one line, seen, and cut short."""
    short = text if len(text) <= _LONGEST_IN_COMMENT else f"{text[: _LONGEST_IN_COMMENT - 1]}…"
    return replace_unprintable(short)
