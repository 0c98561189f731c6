"""Filling an account: the built-in shop from `shop.json`, or generated contacts by the million."""

import json
import sqlite3
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from .clock import Clock, from_atom
from .generator import generate
from .options import Counts
from .rules import addresses
from .rules.contacts import settle, unique_key
from .rules.fields import read_fields
from .rules.grants import Grant
from .rules.roles import read_role
from .store import connection, contacts, roles, schema, search, settings
from .store.connection import opened, writing
from .switches import RequestContext, Switches

_SHOP_OPENED = "2019-03-04T09:00:00+00:00"


def seed(
    path: Path, *, contacts: int | None, number: int, now: datetime | None, profile: str | None
) -> Counts:
    """Empty the account and fill it; see `reconcile.sandbox.seed`."""
    turned = Switches.of(profile) if profile else None
    moment = Clock(now).now()
    with opened(path) as db:
        with connection.hurrying(db), writing(db):
            _empty(db)
            if turned:
                settings.store_switches(db, turned)
            _load_shop(db, RequestContext(settings.switches(db), moment), with_contacts=contacts is None)
            if contacts is not None:
                generate(db, contacts, number, moment)
        return _counts(db)


def reset(path: Path) -> None:
    """Empty the account."""
    with opened(path) as db, writing(db):
        _empty(db)


def _empty(db: sqlite3.Connection) -> None:
    for table in schema.ACCOUNT_TABLES:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - our words
    db.execute("DELETE FROM sqlite_sequence")


def _counts(db: sqlite3.Connection) -> Counts:
    return Counts(
        **{one: search.count(db, one, search.ALL) for one in ("contacts", "roles", "grants", "tags")}
    )


def _load_shop(db: sqlite3.Connection, terms: RequestContext, *, with_contacts: bool) -> None:
    shop = json.loads(files("reconcile.sandbox").joinpath("shop.json").read_text("utf-8"))
    for role in shop["roles"]:
        _load_role(db, role)
    for contact in shop["contacts"] if with_contacts else ():
        _load_contact(db, contact, terms)


def _load_role(db: sqlite3.Connection, role: dict[str, Any]) -> None:
    opened_on = from_atom(_SHOP_OPENED)
    protected = {"protected": role.get("protected", False), "created": opened_on, "modified": opened_on}
    roles.add(db, {**read_role(role, adding=True), **protected})


def _load_contact(db: sqlite3.Connection, contact: dict[str, Any], terms: RequestContext) -> None:
    """Put a contact in as it stands, pending and lapsed grants too: no rule of the API is asked."""
    row = {**read_fields(contact, "v1"), "type": contact["type"], **_standing(contact)}
    row |= settle(row, "v1")
    row["unique_email"] = unique_key(row["email"], terms.switches.email_case)
    contact_id = contacts.add(db, {"id": int(contact["id"]), **row})
    address = addresses.read_address(contact.get("address"))
    if address is not None:
        position = {key: contact["address"].get(key) for key in ("latitude", "longitude")}
        contacts.add_address(
            db, contact_id, {**addresses.new_address(address, row, terms.switches), **position}
        )
    grants = [_grant(grant, row["created"]) for grant in contact.get("grants", ())]
    roles.replace_grants(db, contact_id, grants)
    contacts.replace_tags(db, contact_id, contact.get("tags", ()))


def _standing(contact: dict[str, Any]) -> dict[str, Any]:
    created = from_atom(contact["created"])
    registered = contact["type"] == "user" and contact.get("hasPassword", True)
    verified = contact.get("emailVerified", registered)
    return {"has_password": registered, "email_verified": verified, "created": created, "modified": created}


def _grant(grant: dict[str, Any], granted: int) -> Grant:
    expires = None if grant.get("expires") is None else from_atom(grant["expires"])
    status, _, awaits = grant["status"].partition(":")
    return Grant(grant["reference"], "", status, awaits or None, expires, granted)
