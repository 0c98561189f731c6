"""Access roles, and who holds them: the grants."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconcile.sandbox.rules.grants import Grant, Role

from .connection import insert, named, of_contacts, timed, update

_GRANTS = """
    SELECT g.contact_id, r.reference, r.title, g.status, g.awaits, g.expires, g.granted
    FROM grants g JOIN roles r ON r.id = g.role_id
    WHERE g.contact_id {} ORDER BY g.contact_id, g.role_id
"""

_ALL_GRANTS = """
    SELECT g.contact_id AS contact, c.email, r.reference, g.status, g.awaits, g.expires, g.granted
    FROM grants g JOIN roles r ON r.id = g.role_id JOIN contacts c ON c.id = g.contact_id
    WHERE c.deleted IS NULL ORDER BY g.contact_id, r.id
"""


def find(db: sqlite3.Connection, role_id: int) -> dict[str, Any] | None:
    """A role's row."""
    rows = named(db.execute("SELECT * FROM roles WHERE id = ?", (role_id,)))
    return rows[0] if rows else None


def every(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """All roles by id."""
    return named(db.execute("SELECT * FROM roles ORDER BY id"))


def grantable(db: sqlite3.Connection) -> dict[str, Role]:
    """What the rules of granting need to know of every role, by reference."""
    rows = db.execute("SELECT reference, title, approval_method, admin_approval_email FROM roles ORDER BY id")
    return {row[0]: Role(*row) for row in rows}


def ids(db: sqlite3.Connection) -> dict[str, int]:
    """Ids of the roles by reference."""
    return dict(db.execute("SELECT reference, id FROM roles"))


def add(db: sqlite3.Connection, values: Mapping[str, Any]) -> int:
    """Insert a role and return its id."""
    return insert(db, "roles", values)


def change(db: sqlite3.Connection, role_id: int, values: Mapping[str, Any]) -> None:
    """Set some columns of a role."""
    update(db, "roles", role_id, values)


def remove(db: sqlite3.Connection, role_id: int) -> None:
    """Delete a role and every grant of it."""
    db.execute("DELETE FROM roles WHERE id = ?", (role_id,))


def reference_taken(db: sqlite3.Connection, reference: str, but: int | None = None) -> bool:
    """Whether another role has this reference, in any case of letters."""
    sql = "SELECT 1 FROM roles WHERE reference = ? AND id IS NOT ?"
    return db.execute(sql, (reference, but)).fetchone() is not None


def grants_of(db: sqlite3.Connection, contact_ids: Sequence[int]) -> dict[int, list[Grant]]:
    """Every stored grant of these contacts, expired ones too, in the order of the roles."""
    grants: dict[int, list[Grant]] = {contact_id: [] for contact_id in contact_ids}
    for contact_id, *values in of_contacts(db, _GRANTS, contact_ids):
        grants[contact_id].append(Grant(*values))
    return grants


def replace_grants(db: sqlite3.Connection, contact_id: int, grants: Iterable[Grant]) -> None:
    """Make these the contact's only grants; a grant of an unknown role is left out."""
    db.execute("DELETE FROM grants WHERE contact_id = ?", (contact_id,))
    db.executemany(
        "INSERT INTO grants SELECT ?, id, ?, ?, ?, ? FROM roles WHERE reference = ?",
        [
            (contact_id, grant.status, grant.awaits, grant.expires, grant.granted, grant.reference)
            for grant in grants
        ],
    )


def all_grants(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every grant of the account, by contact and role."""
    return timed(db, _ALL_GRANTS, "expires", "granted")
