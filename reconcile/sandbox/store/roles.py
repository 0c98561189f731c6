"""Access roles."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconcile.sandbox.rules.grants import Grant, Role

from .connection import named
from .contacts import of_contacts


def one(db: sqlite3.Connection, role_id: int) -> dict[str, Any] | None:
    """A role's row."""
    rows = named(db.execute("SELECT * FROM roles WHERE id = ?", (role_id,)))
    return rows[0] if rows else None


def every(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """All roles by id."""
    return named(db.execute("SELECT * FROM roles ORDER BY id"))


def grantable(db: sqlite3.Connection) -> dict[str, Role]:
    """What granting needs to know of every role, by reference."""
    rows = db.execute("SELECT reference, title, approval_method, admin_approval_email FROM roles ORDER BY id")
    return {row[0]: Role(*row) for row in rows}


def add(db: sqlite3.Connection, values: Mapping[str, Any]) -> int:
    """Insert a role and return its id."""
    marks = ", ".join("?" * len(values))
    sql = f"INSERT INTO roles ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 - columns are ours
    row = db.execute(sql, tuple(values.values())).lastrowid
    assert row is not None  # noqa: S101 - an INSERT always has one
    return row


def change(db: sqlite3.Connection, role_id: int, values: Mapping[str, Any]) -> None:
    """Set some columns of a role."""
    sets = ", ".join(f"{column} = ?" for column in values)
    sql = f"UPDATE roles SET {sets} WHERE id = ?"  # noqa: S608 - columns are ours
    db.execute(sql, (*values.values(), role_id))


def remove(db: sqlite3.Connection, role_id: int) -> None:
    """Delete a role and every grant of it."""
    db.execute("DELETE FROM roles WHERE id = ?", (role_id,))


def taken(db: sqlite3.Connection, reference: str, but: int | None = None) -> bool:
    """Whether another role has this reference, in any case of letters."""
    sql = "SELECT 1 FROM roles WHERE reference = ? AND id IS NOT ?"
    return db.execute(sql, (reference, but)).fetchone() is not None


# The place of the ids: one is asked for with `= ?` (quick, and by far the most often), many as a JSON list.
_GRANTS = """
    SELECT g.contact_id, r.reference, r.title, g.status, g.awaits, g.expires, g.granted
    FROM grants g JOIN roles r ON r.id = g.role_id
    WHERE g.contact_id {} ORDER BY g.contact_id, g.role_id
"""


def grants_of(db: sqlite3.Connection, contact_ids: Sequence[int]) -> dict[int, list[Grant]]:
    """Every stored grant of these contacts, lapsed ones too, in the order of the roles."""
    held: dict[int, list[Grant]] = {one: [] for one in contact_ids}
    for contact_id, *values in of_contacts(db, _GRANTS, contact_ids):
        held[contact_id].append(Grant(*values))
    return held


def replace_grants(db: sqlite3.Connection, contact_id: int, wanted: Iterable[Grant]) -> None:
    """Make these the contact's only grants."""
    db.execute("DELETE FROM grants WHERE contact_id = ?", (contact_id,))
    db.executemany(
        "INSERT INTO grants SELECT ?, id, ?, ?, ?, ? FROM roles WHERE reference = ?",
        [(contact_id, one.status, one.awaits, one.expires, one.granted, one.reference) for one in wanted],
    )


def role_ids(db: sqlite3.Connection) -> dict[str, int]:
    """Ids of the roles by reference."""
    return dict(db.execute("SELECT reference, id FROM roles"))
