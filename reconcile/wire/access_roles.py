"""``accessRoles``: the grants of a contact as the API shows them and as they are written.

Written, ``accessRoles`` replaces all grants, so it lists every role to keep; what is missing is dropped
(Evance help: Updating a Contact).
"""

from collections.abc import Iterable
from datetime import datetime

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import ACTIVE, Grant

from .identities import Json
from .instants import atom_text, parse_atom

INACTIVE = "inactive"
"""The status of a grant of which the API tells only that it is not active."""


def read_grants(body: Json, number: str) -> tuple[Grant, ...] | None:
    """The grants of a contact, sorted by reference; None when the key is missing: they were not read.

    ``accessRoles`` is an object keyed by reference or an array of objects or references. No grants are an
    empty object or, since PHP writes an empty map so, an empty array.
    """
    if body.get("accessRoles") is None:
        return None
    found = sorted(_grant(key, value, number) for key, value in _entries(body["accessRoles"], number))
    if len({grant.reference for grant in found}) != len(found):
        raise UnexpectedResponse(f"contact {number}: `accessRoles` names a role twice")
    return tuple(found)


def _entries(value: object, number: str) -> Iterable[tuple[str, object]]:
    if isinstance(value, dict):
        return value.items()
    if isinstance(value, list):
        return [(item, {}) if isinstance(item, str) else ("", item) for item in value]
    raise UnexpectedResponse(f"contact {number}: `accessRoles` is neither an object nor an array")


def _grant(key: str, value: object, number: str) -> Grant:
    told = value if isinstance(value, dict) else {}
    reference = told.get("reference") or key
    if not isinstance(reference, str) or not reference:
        raise UnexpectedResponse(f"contact {number}: `accessRoles` has a grant without a reference")
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
            expires = parse_atom(value) if isinstance(value, str) else None
            return (value is None or value == "" or expires is not None), expires
    return False, None


def written_grant(grant: Grant) -> str | dict[str, str]:
    """One grant as it is written.

    Only an active grant states its status. Any other goes without one, the only form that does not force an
    approval: as a bare reference, or with its expiry where it has one, since a bare reference would lose it.
    """
    expires = {"expires": atom_text(grant.expires)} if grant.expires is not None else {}
    if grant.active:
        return {"reference": grant.reference, **expires, "status": grant.status}
    return {"reference": grant.reference, **expires} if expires else grant.reference
