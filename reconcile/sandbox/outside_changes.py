"""What happens outside the API: a contact follows the link in a mail, an admin approves or rejects."""

import sqlite3
from dataclasses import replace

from .refusals import not_found
from .rules.grants import Grant, Mail
from .store import contacts, logs, roles


def verify(db: sqlite3.Connection, contact_id: int, now: int) -> None:
    """The address is verified, and every grant that waited for it is active. Raises Refused (404)."""
    grants = _grants(db, contact_id)
    contacts.change(db, contact_id, {"email_verified": True, "modified": now})
    roles.replace_grants(
        db, contact_id, [_begun(one, now) if one.awaits == "email" else one for one in grants]
    )


def approve(db: sqlite3.Connection, contact_id: int, reference: str, now: int) -> None:
    """A grant that waited for an admin is active, and the contact is told. Raises Refused (404)."""
    _decide(db, contact_id, reference, "active", now)


def reject(db: sqlite3.Connection, contact_id: int, reference: str, now: int) -> None:
    """A grant that waited for an admin is rejected, and the contact is told. Raises Refused (404)."""
    _decide(db, contact_id, reference, "rejected", now)


def _decide(db: sqlite3.Connection, contact_id: int, reference: str, status: str, now: int) -> None:
    grants = {one.reference: one for one in _grants(db, contact_id)}
    if reference not in grants or grants[reference].awaits != "admin":
        raise not_found("grant that waits for an admin")
    grants[reference] = replace(_begun(grants[reference], now), status=status)
    roles.replace_grants(db, contact_id, grants.values())
    contacts.change(db, contact_id, {"modified": now})
    contact = contacts.one(db, contact_id)
    if contact and contact["email"]:
        kind = "approved" if status == "active" else "rejected"
        logs.post(db, contact_id, [Mail(kind, contact["email"], reference)], now)


def _grants(db: sqlite3.Connection, contact_id: int) -> list[Grant]:
    if contacts.one(db, contact_id) is None:
        raise not_found("contact")
    return roles.grants_of(db, [contact_id])[contact_id]


def _begun(grant: Grant, now: int) -> Grant:
    return replace(grant, status="active", awaits=None, granted=now)
