"""Wire format to model, as pure functions: lenient in form, strict in meaning.

Evance help: The Contact Object, Updating a Contact, The Access Role Object. v1 says ``firstname`` and puts
grants, tags and the primary address into the contact; v2 lists contacts and roles. What a form leaves open
is accepted in every form that means one thing; what can't be read is never guessed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from reconcile.errors import Unintelligible
from reconcile.model import ACTIVE, Contact, Fields, Grant, Identity, Role, State, tag_key

INACTIVE = "inactive"
"""The status of a grant of which the API tells only that it is not active."""

_NOT_PROFILE = frozenset(
    {"id", "type", "created", "createdOn", "modifiedOn", "password", "accessRoles", "tags", "address"}
)
_NOT_ADDRESS = frozenset({"id", "latitude", "longitude", "isPrimary", "country"})
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.\d+)?([Zz]|[+-]\d{2}:?\d{2})", re.ASCII
)

Json = Mapping[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a v2 list: its rows, and how many rows and pages the server counts in all."""

    rows: tuple[Json, ...]
    total: int
    pages: int


def page(body: Json) -> Page:
    """A v2 list envelope ``{success, status, data, pagination, links}``."""
    rows, counted = body.get("data"), body.get("pagination")
    if body.get("success") is False or not isinstance(rows, list) or not isinstance(counted, dict):
        raise Unintelligible("a list has no `data` and `pagination`")
    if not all(isinstance(row, dict) for row in rows):
        raise Unintelligible("a list has rows that are not objects")
    return Page(tuple(rows), _count(counted.get("total")), _count(counted.get("totalPages")))


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Unintelligible("a list does not tell its total and its number of pages")
    return value


def identity(body: Json) -> Identity:
    """Who a contact is; the keys are the same in v1 and v2, ids are numbers in v2 and strings in v1."""
    number = row_id(body)
    return Identity(
        id=number,
        type=_text(body, "type", number),
        email=_text(body, "email", number),
        reference=_text(body, "reference", number) or None,
    )


def row_id(body: Json) -> str:
    """The id of a contact or role, as text."""
    value = body.get("id")
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).strip():
        raise Unintelligible("a contact or role has no id")
    return str(value)


def _text(body: Json, key: str, number: str) -> str:
    value = body.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unintelligible(f"contact {number}: `{key}` is not text")
    return value


def listed(row: Json) -> Contact:
    """A row of the v2 list: the identity, and the sets it carries in a form that can be written back.

    A set that the row lacks or tells only in part is None: the contact itself is then read for it.
    """
    who = identity(row)
    roles = _known(grants, row, who)
    complete = roles is not None and all(grant.readable for grant in roles)
    return Contact(who, State(roles=roles if complete else None, tags=_known(tags, row, who)))


def _known(parse: Callable[[Json, str], T | None], row: Json, who: Identity) -> T | None:
    try:
        return parse(row, who.id)
    except Unintelligible:
        return None


def contact(body: Json) -> Contact:
    """A v1 contact, whole: ``{"contact": {...}}``.

    Grants or tags in a form that is not known count as not read: what needs them is refused, what does not
    manage them goes on.
    """
    inner = body.get("contact")
    if not isinstance(inner, dict):
        raise Unintelligible("the answer has no `contact`")
    who = identity(inner)
    roles, values = _known(grants, inner, who), _known(tags, inner, who)
    return Contact(who, State(roles, values, profile(inner), address(inner)))


def grants(body: Json, number: str) -> tuple[Grant, ...] | None:
    """The grants of a contact, sorted by reference; None when the key is missing: they were not read.

    ``accessRoles`` is an object keyed by reference or an array of objects or references. No grants are an
    empty object or, since PHP writes an empty map so, an empty array.
    """
    if body.get("accessRoles") is None:
        return None
    found = sorted(_grant(key, value, number) for key, value in _entries(body["accessRoles"], number))
    if len({grant.reference for grant in found}) != len(found):
        raise Unintelligible(f"contact {number}: `accessRoles` names a role twice")
    return tuple(found)


def _entries(value: object, number: str) -> Iterable[tuple[str, object]]:
    if isinstance(value, dict):
        return value.items()
    if isinstance(value, list):
        return [(item, {}) if isinstance(item, str) else ("", item) for item in value]
    raise Unintelligible(f"contact {number}: `accessRoles` is neither an object nor an array")


def _grant(key: str, value: object, number: str) -> Grant:
    told = value if isinstance(value, dict) else {}
    reference = told.get("reference") or key
    if not isinstance(reference, str) or not reference:
        raise Unintelligible(f"contact {number}: `accessRoles` has a grant without a reference")
    status = _status(told)
    readable, expires = _expiry(told)
    return Grant(reference, status, expires, readable and status != "")


def _status(told: Json) -> str:
    """The status in lower case; empty when it is not told."""
    status = told.get("status")
    if isinstance(status, str):
        return status.strip().lower()
    active = told.get("isActive")
    return (ACTIVE if active else INACTIVE) if isinstance(active, bool) else ""


def _expiry(told: Json) -> tuple[bool, datetime | None]:
    """Whether the expiry can be read, and what it is. Null and the empty text both mean perpetual."""
    for key in ("expires", "expiresOn"):
        if key in told:
            value = told[key]
            expires = instant(value) if isinstance(value, str) else None
            return (value is None or value == "" or expires is not None), expires
    return False, None


def instant(text: str) -> datetime | None:
    """An ATOM date-time (ISO 8601 with offset) in UTC and whole seconds; None when the text is no such."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    day, time, offset = found.groups()
    try:
        return datetime.fromisoformat(f"{day}T{time}{offset.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def tags(body: Json, number: str) -> tuple[str, ...] | None:
    """The contact tags, sorted by key; None when the key is missing: they were not read.

    The form is ``{"contact": ["..."]}``; an empty array stands for no tags, as PHP writes an empty map.
    """
    value = body.get("tags")
    if value is None:
        return None
    values = value.get("contact") if isinstance(value, dict) else value
    if not isinstance(values, list) or not all(isinstance(tag, str) for tag in values):
        raise Unintelligible(f"contact {number}: `tags` has a form that is not documented")
    if isinstance(value, list) and value:
        raise Unintelligible(f"contact {number}: `tags` has a form that is not documented")
    return tuple(sorted(set(values), key=lambda tag: (tag_key(tag), tag)))


def profile(body: Json) -> Fields:
    """The text fields of a contact by their v1 names, empty ones as None."""
    return _fields(body, _NOT_PROFILE)


def address(body: Json) -> Fields:
    """The text fields of the primary address; none at all when the contact has no address."""
    value = body.get("address")
    return _fields(value, _NOT_ADDRESS) if isinstance(value, dict) else {}


def _fields(body: Json, left_out: frozenset[str]) -> Fields:
    return {
        key: value or None
        for key, value in sorted(body.items())
        if key not in left_out and (value is None or isinstance(value, str))
    }


def role(row: Json) -> Role:
    """An access role of the account."""
    reference = row.get("reference")
    if not isinstance(reference, str) or not reference:
        raise Unintelligible("a role has no reference")
    title, approval = row.get("title"), row.get("approvalMethod")
    return Role(
        reference,
        title if isinstance(title, str) else "",
        approval if isinstance(approval, str) and approval else "none",
    )
