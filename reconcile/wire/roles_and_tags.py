"""The access roles of an account, and ``accessRoles``: the grants of a contact, as shown and as written.

Written, ``accessRoles`` replaces all grants, so it lists every role to keep; what is missing is dropped
(Evance help: Updating a Contact).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import ACTIVE, Grant, OtherTag, Role, State
from reconcile.model.facets import Facet, tag_key

from .values import Json, atom_text, parse_atom

ROLES_V2 = "/api/v2/roles.json"
"""The list of an account's roles, which only v2 has."""

ROLES_KEY = "accessRoles"

STATUS_KEYS = ("status", "isActive")

EXPIRY_KEYS = ("expires", "expiresOn")
"""Where a grant may tell its status and its expiry, the preferred key first."""

INACTIVE = "inactive"
"""The status of a grant of which the API tells only that it is not active."""


def read_role(row: Json) -> Role:
    """An access role of the account."""
    reference = row.get("reference")
    if not isinstance(reference, str) or not reference:
        raise UnexpectedResponse("a role has no reference")
    title, approval = row.get("title"), row.get("approvalMethod")
    return Role(
        reference,
        title if isinstance(title, str) else "",
        approval if isinstance(approval, str) and approval else "none",
        f"{row.get('id')} {row.get('modifiedOn')}",
    )


def read_grants(body: Json, number: str) -> tuple[Grant, ...] | None:
    """The grants of a contact, sorted by reference; None when the key is missing: they were not read.

    ``accessRoles`` is an object keyed by reference or an array of objects or references. No grants are an
    empty object or, since PHP writes an empty map so, an empty array.
    """
    if body.get(ROLES_KEY) is None:
        return None
    grants = sorted(_grant(key, value, number) for key, value in _entries(body[ROLES_KEY], number))
    if len({grant.reference for grant in grants}) != len(grants):
        raise UnexpectedResponse(f"contact {number}: `accessRoles` names a role twice")
    return tuple(grants)


def _entries(value: object, number: str) -> Iterable[tuple[str, object]]:
    if isinstance(value, dict):
        return value.items()
    if isinstance(value, list):
        return [(item, {}) if isinstance(item, str) else ("", item) for item in value]
    raise UnexpectedResponse(f"contact {number}: `accessRoles` is neither an object nor an array")


def _grant(key: str, value: object, number: str) -> Grant:
    details = value if isinstance(value, dict) else {}
    reference = details.get("reference") or key
    if not isinstance(reference, str) or not reference:
        raise UnexpectedResponse(f"contact {number}: `accessRoles` has a grant without a reference")
    status = _status(details)
    readable, expires = _expiry(details)
    return Grant(reference, status, expires, readable and status != "")


def _status(details: Json) -> str:
    """The status in lower case; empty when it is not told, or told in two ways that contradict each other."""
    word, active = details.get("status"), details.get("isActive")
    status = word.strip().lower() if isinstance(word, str) else None
    if not isinstance(active, bool):
        return status or ""
    if status is None:
        return ACTIVE if active else INACTIVE
    return status if active is (status == ACTIVE) else ""


def _expiry(details: Json) -> tuple[bool, datetime | None]:
    """Whether the expiry can be read, and what it is. Null and the empty text both mean perpetual.

    Told twice, it must be the same: to believe either could make a grant perpetual.
    """
    values = [details[key] for key in EXPIRY_KEYS if key in details]
    told = {parse_atom(value) if isinstance(value, str) else None for value in values}
    readable = all(value is None or value == "" or _is_instant(value) for value in values)
    return (True, told.pop()) if readable and len(told) == 1 else (False, None)


def _is_instant(value: object) -> bool:
    return isinstance(value, str) and parse_atom(value) is not None


def written_grant(grant: Grant) -> str | dict[str, str]:
    """One grant as it is written.

    Only an active grant states its status. Any other goes without one, the only form that does not force an
    approval: as a bare reference, or with its expiry where it has one, since a bare reference would lose it.
    """
    expires = {"expires": atom_text(grant.expires)} if grant.expires is not None else {}
    if grant.active:
        return {"reference": grant.reference, **expires, "status": grant.status}
    return {"reference": grant.reference, **expires} if expires else grant.reference


Items = TypeVar("Items")

TAGS_KEY = "tags"

_CONTACT_TAGS = "contact"
"""The only type of tags that a contact has by its documents."""

SET_KEYS = {Facet.ROLES: ROLES_KEY, Facet.TAGS: TAGS_KEY}
"""The key of each set in a body."""

SETS_BY_KEY = {key: facet for facet, key in SET_KEYS.items()}


def read_sets(body: Json, number: str) -> State:
    """The sets of a contact and nothing else; None stands for a set that is missing or has an unknown form.

    So what needs such a set is refused, and what does not manage it goes on.
    """
    return State(
        roles=_if_known(read_grants, body, number),
        tags=_if_known(read_tags, body, number),
        other_tags=tuple(sorted(_other_tags(body.get(TAGS_KEY)))),
    )


def _if_known(parse: Callable[[Json, str], Items | None], body: Json, number: str) -> Items | None:
    try:
        return parse(body, number)
    except UnexpectedResponse:
        return None


def written_sets(target: State) -> dict[str, Any]:
    """The sets of a target as they are written; one that is None is left out, so that it stays as it is."""
    body: dict[str, Any] = {}
    if target.roles is not None:
        body[ROLES_KEY] = [written_grant(grant) for grant in target.roles]
    if target.tags is not None:
        body[TAGS_KEY] = written_tags(target.tags)
    return body


def read_tags(body: Json, number: str) -> tuple[str, ...] | None:
    """The contact tags, sorted by key; None when the key is missing: they were not read.

    The form is ``{"contact": ["..."]}``; an empty array stands for no tags, as PHP writes an empty map.
    """
    value = body.get(TAGS_KEY)
    if value is None:
        return None
    tags = value.get(_CONTACT_TAGS) if isinstance(value, dict) else value
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise UnexpectedResponse(f"contact {number}: `tags` has a form that is not documented")
    if isinstance(value, list) and value:
        raise UnexpectedResponse(f"contact {number}: `tags` has a form that is not documented")
    return tuple(sorted(set(tags), key=lambda tag: (tag_key(tag), tag)))


def _other_tags(value: object) -> Iterator[OtherTag]:
    """The tags of every type but ``contact``; a type without any tag is none."""
    for kind, tags in value.items() if isinstance(value, dict) else ():
        if kind == _CONTACT_TAGS or not tags:
            continue
        texts = isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)
        yield from (OtherTag(kind, tag) for tag in (tags if texts else [json.dumps(tags, sort_keys=True)]))


def written_tags(tags: Sequence[str]) -> dict[str, list[str]]:
    """Tags as they are written: the whole set."""
    return {_CONTACT_TAGS: list(tags)}
