"""Contacts in the JSON of v1 and v2 (Evance help: Retrieving a Contact; v2 from the official client)."""

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from reconcile.sandbox.clock import to_atom
from reconcile.sandbox.rules.addresses import shown_address
from reconcile.sandbox.rules.fields import FIELDS, Kind
from reconcile.sandbox.rules.grants import Grant
from reconcile.sandbox.rules.tags import TAG_TYPE
from reconcile.sandbox.store import contacts, roles
from reconcile.sandbox.switches import RequestContext, Switches

Row = Mapping[str, Any]

V2_ID_OFFSET = 5_000_000
"""Added to the ids of v1 for those of v2, under `v2_ids: other`."""

_V1 = tuple((field.v1, field.column, field.blank) for field in FIELDS if field.v1)

_V2 = tuple((field.v2, field.column) for field in FIELDS if field.v2 and field.kind is not Kind.FLAG)

_V2_FLAGS = tuple((field.v2, field.column) for field in FIELDS if field.v2 and field.kind is Kind.FLAG)

_TYPE_FLAGS = (
    ("isUser", "user"), ("isGuest", "guest"), ("isBranch", "branch"), ("isHQ", "hq"),
    ("isRecipient", "recipient"), ("hasNoType", None),
)  # fmt: skip


def v1_contacts(db: sqlite3.Connection, rows: Sequence[Row], context: RequestContext) -> list[dict[str, Any]]:
    """Contacts in the v1 read form, with address, grants and tags."""
    nested = _nested(db, rows, context)
    return [{**_v1_contact(row, context), **nested[row["id"]]} for row in rows]


def v2_contacts(db: sqlite3.Connection, rows: Sequence[Row], context: RequestContext) -> list[dict[str, Any]]:
    """Contacts in the v2 form; grants, tags and address as `v2_nested_read` says."""
    told = context.switches.v2_nested_read
    nested = {} if told == "no" else _nested(db, rows, context)
    shown = [{**_v2_contact(row, context), **nested.get(row["id"], {})} for row in rows]
    if told == "sets":
        for contact in shown:
            contact.pop("address", None)
    return shown


def v2_id(contact_id: int, switches: Switches) -> int:
    """A contact's number in v2."""
    return contact_id + V2_ID_OFFSET if switches.v2_ids == "other" else contact_id


def from_v2_id(number: int, switches: Switches) -> int:
    """The contact that has this number in v2."""
    return number - V2_ID_OFFSET if switches.v2_ids == "other" else number


def shown_grants(grants: Sequence[Grant], context: RequestContext) -> Any:
    """Grants in the form in which they are read: a map by reference, or an array."""
    switches = context.switches
    visible = [
        grant for grant in grants if switches.expired_grants != "hidden" or not grant.has_expired(context.now)
    ]
    if not visible:
        return [] if switches.empty_map == "array" or switches.grant_shape == "array" else {}
    if switches.grant_shape == "array":
        return [{"reference": grant.reference, **_shown_grant(grant, context)} for grant in visible]
    return {grant.reference: _shown_grant(grant, context) for grant in visible}


def shown_tags(
    values: Sequence[str], others: Mapping[str, Sequence[str]], switches: Switches
) -> dict[str, Any]:
    """The `tags` key of a contact, or nothing where tags cannot be read; `others` by their type."""
    if switches.tags_read == "none":
        return {}
    if switches.tags_read == "list":
        return {"tags": [*values, *chain.from_iterable(others.values())]}
    if not values and not others and switches.empty_map == "array":
        return {"tags": []}
    return {"tags": {TAG_TYPE: list(values), **others}}


def _nested(
    db: sqlite3.Connection, rows: Sequence[Row], context: RequestContext
) -> dict[int, dict[str, Any]]:
    """The keys of address, grants and tags, by contact."""
    ids = [row["id"] for row in rows]
    grants, tags = roles.grants_of(db, ids), contacts.tags_of(db, ids)
    others, addresses = contacts.other_tags_of(db, ids), contacts.addresses_of(db, ids)
    return {
        row["id"]: {
            **_address_key(addresses.get(row["id"]), row, context.switches),
            "accessRoles": shown_grants(grants[row["id"]], context),
            **shown_tags(tags[row["id"]], others.get(row["id"], {}), context.switches),
        }
        for row in rows
    }


def _address_key(address: Row | None, contact: Row, switches: Switches) -> dict[str, Any]:
    """The `address` key of a contact, or nothing where it has no address."""
    return {} if address is None else {"address": shown_address(address, contact, switches)}


def _v1_contact(row: Row, context: RequestContext) -> dict[str, Any]:
    kind = row["type"]
    return {
        "id": str(row["id"]),
        "type": kind,
        **{name: row[column] or blank for name, column, blank in _V1},
        **{name: kind == flagged for name, flagged in _TYPE_FLAGS},
        "hasPassword": bool(row["has_password"]),
        "created": to_atom(row["created"], context.switches.times),
    }


def _v2_contact(row: Row, context: RequestContext) -> dict[str, Any]:
    zone = context.switches.times
    return {
        "id": v2_id(row["id"], context.switches),
        "type": row["type"],
        **{name: row[column] for name, column in _V2},
        **{name: bool(row[column]) for name, column in _V2_FLAGS},
        "createdOn": to_atom(row["created"], zone),
        "modifiedOn": to_atom(row["modified"], zone),
    }


def _shown_grant(grant: Grant, context: RequestContext) -> dict[str, Any]:
    switches = context.switches
    expires = None if grant.expires is None else to_atom(grant.expires, switches.times)
    match switches.grant_keys:
        case "name":
            return {"name": grant.name}
        case "other":
            active = grant.status == "active" and not grant.has_expired(context.now)
            return {"name": grant.name, "isActive": active, "expiresOn": expires}
        case "full":
            status = _shown_status(grant, context)
            return {"name": grant.name, "reference": grant.reference, "status": status, "expires": expires}


def _shown_status(grant: Grant, context: RequestContext) -> str:
    if grant.has_expired(context.now) and context.switches.expired_grants == "marked":
        return "expired"
    return context.switches.pending_word if grant.status == "pending" else grant.status
