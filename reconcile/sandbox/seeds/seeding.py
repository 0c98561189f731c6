"""Filling an account: with the built-in shop from `shop.json`, or with generated contacts by the million."""

import json
import sqlite3
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from reconcile.sandbox.clock import Clock, from_atom
from reconcile.sandbox.options import Counts
from reconcile.sandbox.rules import addresses
from reconcile.sandbox.rules.contacts import type_columns, unique_key
from reconcile.sandbox.rules.fields import read_fields
from reconcile.sandbox.rules.grants import Grant
from reconcile.sandbox.rules.roles import read_role
from reconcile.sandbox.store import contacts as stored_contacts
from reconcile.sandbox.store import roles, schema, search, settings
from reconcile.sandbox.store.connection import loading, opened, writing
from reconcile.sandbox.switches import RequestContext, Switches

from .generator import generate

_SHOP_OPENED = "2019-03-04T09:00:00+00:00"


def seed(
    path: Path, *, contacts: int | None, number: int, now: datetime | None, profile: str | None
) -> Counts:
    """Empty the account and fill it; see `reconcile.sandbox.seed`."""
    switches = Switches.of(profile) if profile else None
    instant = Clock(now).now()
    with opened(path) as db:
        with loading(db), writing(db):
            schema.empty_account(db)
            if switches:
                settings.store_switches(db, switches)
            context = RequestContext(settings.switches(db), instant)
            _load_shop(db, context, with_contacts=contacts is None)
            if contacts is not None:
                generate(db, contacts, number, instant)
        return _counts(db)


def reset(path: Path) -> None:
    """Empty the account."""
    with opened(path) as db, writing(db):
        schema.empty_account(db)


def _counts(db: sqlite3.Connection) -> Counts:
    tables = ("contacts", "roles", "grants", "tags")
    return Counts(**{table: search.count(db, table, search.ALL) for table in tables})


def _load_shop(db: sqlite3.Connection, context: RequestContext, *, with_contacts: bool) -> None:
    shop = json.loads(files("reconcile.sandbox.seeds").joinpath("shop.json").read_text("utf-8"))
    for role in shop["roles"]:
        _load_role(db, role)
    for contact in shop["contacts"] if with_contacts else ():
        _load_contact(db, contact, context)


def _load_role(db: sqlite3.Connection, role: dict[str, Any]) -> None:
    opened_on = from_atom(_SHOP_OPENED)
    dates = {"created": opened_on, "modified": opened_on}
    roles.add(db, {**read_role(role, adding=True), "protected": role.get("protected", False), **dates})


def _load_contact(db: sqlite3.Connection, contact: dict[str, Any], context: RequestContext) -> None:
    """Insert a contact as it is, with pending and expired grants: no rule of the API is asked."""
    row = {**read_fields(contact, "v1"), "type": contact["type"], **_server_columns(contact)}
    row |= type_columns(row, "v1")
    row["unique_email"] = unique_key(row["email"], context.switches.email_case)
    contact_id = stored_contacts.add(db, {"id": int(contact["id"]), **row})
    columns = addresses.read_address(contact.get("address"))
    if columns is not None:
        position = {key: contact["address"].get(key) for key in ("latitude", "longitude")}
        address = addresses.new_address(columns, row, context.switches)
        stored_contacts.add_address(db, contact_id, {**address, **position})
    grants = [_grant(grant, row["created"]) for grant in contact.get("grants", ())]
    roles.replace_grants(db, contact_id, grants)
    stored_contacts.replace_tags(db, contact_id, contact.get("tags", ()))


def _server_columns(contact: dict[str, Any]) -> dict[str, Any]:
    """The columns that only the server sets."""
    created = from_atom(contact["created"])
    registered = contact["type"] == "user" and contact.get("hasPassword", True)
    verified = contact.get("emailVerified", registered)
    return {"has_password": registered, "email_verified": verified, "created": created, "modified": created}


def _grant(grant: dict[str, Any], granted: int) -> Grant:
    """A grant of the shop; its status is `active`, `rejected`, `pending:email` or `pending:admin`."""
    expires = None if grant.get("expires") is None else from_atom(grant["expires"])
    status, _, awaits = grant["status"].partition(":")
    return Grant(grant["reference"], "", status, awaits or None, expires, granted)
