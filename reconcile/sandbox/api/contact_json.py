"""Contacts as v1 and v2 show them (Evance help: Retrieving a Contact; v2 from the official client)."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from reconcile.sandbox.clock import to_atom
from reconcile.sandbox.rules.addresses import shown_address
from reconcile.sandbox.rules.fields import FIELDS, Kind
from reconcile.sandbox.rules.grants import Grant
from reconcile.sandbox.rules.tags import TAG_TYPE
from reconcile.sandbox.store import contacts, roles
from reconcile.sandbox.switches import RequestContext, Switches

Row = Mapping[str, Any]

V2_ID_OFFSET = 5_000_000  # under `v2_ids: other`

_V1 = tuple((field.v1, field.column, field.blank) for field in FIELDS if field.v1)

_V2 = tuple((field.v2, field.column) for field in FIELDS if field.v2 and field.kind is not Kind.FLAG)

_V2_FLAGS = tuple((field.v2, field.column) for field in FIELDS if field.v2 and field.kind is Kind.FLAG)

_TYPE_FLAGS = (
    ("isUser", "user"), ("isGuest", "guest"), ("isBranch", "branch"), ("isHQ", "hq"),
    ("isRecipient", "recipient"), ("hasNoType", None),
)  # fmt: skip


def v1_contacts(db: sqlite3.Connection, rows: Sequence[Row], terms: RequestContext) -> list[dict[str, Any]]:
    """Contacts in the v1 read form, with what hangs on them."""
    around = _nested(db, rows, terms)
    return [{**_v1_contact(row, terms), **around[row["id"]]} for row in rows]


def v2_contacts(db: sqlite3.Connection, rows: Sequence[Row], terms: RequestContext) -> list[dict[str, Any]]:
    """Contacts in the v2 form; grants, tags and address only under `v2_nested_read: yes`."""
    around = _nested(db, rows, terms) if terms.switches.v2_nested_read == "yes" else {}
    return [{**_v2_contact(row, terms), **around.get(row["id"], {})} for row in rows]


def v2_id(contact_id: int, switches: Switches) -> int:
    """A contact's number in v2."""
    return contact_id + V2_ID_OFFSET if switches.v2_ids == "other" else contact_id


def from_v2_id(number: int, switches: Switches) -> int:
    """The contact meant by a v2 number."""
    return number - V2_ID_OFFSET if switches.v2_ids == "other" else number


def shown_grants(grants: Sequence[Grant], terms: RequestContext) -> Any:
    """Grants as they are read: a map by reference, or an array."""
    switches = terms.switches
    visible = [one for one in grants if switches.expired_grants != "hidden" or not one.lapsed(terms.now)]
    if not visible:
        return [] if switches.empty_map == "array" or switches.grant_shape == "array" else {}
    if switches.grant_shape == "array":
        return [{"reference": one.reference, **_shown_grant(one, terms)} for one in visible]
    return {one.reference: _shown_grant(one, terms) for one in visible}


def shown_tags(values: Sequence[str], switches: Switches) -> dict[str, Any]:
    """The `tags` key of a contact, or nothing where tags cannot be read."""
    if switches.tags_read == "none":
        return {}
    bare = switches.tags_read == "list" or (not values and switches.empty_map == "array")
    return {"tags": list(values) if bare else {TAG_TYPE: list(values)}}


def _nested(db: sqlite3.Connection, rows: Sequence[Row], terms: RequestContext) -> dict[int, dict[str, Any]]:
    ids = [row["id"] for row in rows]
    grants, tags, addresses = (
        roles.grants_of(db, ids),
        contacts.tags_of(db, ids),
        contacts.addresses_of(db, ids),
    )
    return {
        row["id"]: {
            **(
                {"address": shown_address(addresses[row["id"]], row, terms.switches)}
                if row["id"] in addresses
                else {}
            ),
            "accessRoles": shown_grants(grants[row["id"]], terms),
            **shown_tags(tags[row["id"]], terms.switches),
        }
        for row in rows
    }


def _v1_contact(row: Row, terms: RequestContext) -> dict[str, Any]:
    kind = row["type"]
    return {
        "id": str(row["id"]),
        "type": kind,
        **{name: row[column] or blank for name, column, blank in _V1},
        **{name: kind == one for name, one in _TYPE_FLAGS},
        "hasPassword": bool(row["has_password"]),
        "created": to_atom(row["created"], terms.switches.times),
    }


def _v2_contact(row: Row, terms: RequestContext) -> dict[str, Any]:
    zone = terms.switches.times
    return {
        "id": v2_id(row["id"], terms.switches),
        "type": row["type"],
        **{name: row[column] for name, column in _V2},
        **{name: bool(row[column]) for name, column in _V2_FLAGS},
        "createdOn": to_atom(row["created"], zone),
        "modifiedOn": to_atom(row["modified"], zone),
    }


def _shown_grant(grant: Grant, terms: RequestContext) -> dict[str, Any]:
    switches = terms.switches
    expires = None if grant.expires is None else to_atom(grant.expires, switches.times)
    match switches.grant_keys:
        case "name":
            return {"name": grant.name}
        case "other":
            live = grant.status == "active" and not grant.lapsed(terms.now)
            return {"name": grant.name, "isActive": live, "expiresOn": expires}
        case "full":
            status = _shown_status(grant, terms)
            return {"name": grant.name, "reference": grant.reference, "status": status, "expires": expires}


def _shown_status(grant: Grant, terms: RequestContext) -> str:
    if grant.lapsed(terms.now) and terms.switches.expired_grants == "marked":
        return "expired"
    return terms.switches.pending_word if grant.status == "pending" else grant.status
