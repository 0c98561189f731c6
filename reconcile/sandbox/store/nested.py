"""What hangs on contacts, read for many at once: grants, tags and primary addresses."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from reconcile.sandbox.rules.grants import Grant
from reconcile.sandbox.store.connection import named

# The place of the ids: one is asked for with `= ?` (quick, and by far the most often), many as a JSON list.
_GRANTS = """
    SELECT g.contact_id, r.reference, r.title, g.status, g.awaits, g.expires, g.granted
    FROM grants g JOIN roles r ON r.id = g.role_id
    WHERE g.contact_id {} ORDER BY g.contact_id, g.role_id
"""
_TAGS = """
    SELECT c.contact_id, t.value FROM contact_tags c JOIN tags t ON t.id = c.tag_id
    WHERE c.contact_id {} ORDER BY c.contact_id, t.value
"""
_ADDRESSES = "SELECT * FROM addresses WHERE is_primary AND contact_id {}"
_MANY = "IN (SELECT value FROM json_each(?))"


def grants(db: sqlite3.Connection, contact_ids: Sequence[int]) -> dict[int, list[Grant]]:
    """Every stored grant of these contacts, lapsed ones too, in the order of the roles."""
    held: dict[int, list[Grant]] = {one: [] for one in contact_ids}
    for contact_id, *values in _of(db, _GRANTS, contact_ids):
        held[contact_id].append(Grant(*values))
    return held


def tags(db: sqlite3.Connection, contact_ids: Sequence[int]) -> dict[int, list[str]]:
    """Tags of these contacts, sorted by value."""
    found: dict[int, list[str]] = {one: [] for one in contact_ids}
    for contact_id, value in _of(db, _TAGS, contact_ids):
        found[contact_id].append(value)
    return found


def addresses(db: sqlite3.Connection, contact_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Primary addresses of those of these contacts that have one."""
    return {row["contact_id"]: row for row in named(_of(db, _ADDRESSES, contact_ids))}


def replace_grants(db: sqlite3.Connection, contact_id: int, wanted: Iterable[Grant]) -> None:
    """Make these the contact's only grants."""
    db.execute("DELETE FROM grants WHERE contact_id = ?", (contact_id,))
    db.executemany(
        "INSERT INTO grants SELECT ?, id, ?, ?, ?, ? FROM roles WHERE reference = ?",
        [(contact_id, one.status, one.awaits, one.expires, one.granted, one.reference) for one in wanted],
    )


def replace_tags(db: sqlite3.Connection, contact_id: int, values: Iterable[str]) -> None:
    """Make these the contact's only tags; new values come into being."""
    wanted = list(values)
    db.execute("DELETE FROM contact_tags WHERE contact_id = ?", (contact_id,))
    db.executemany("INSERT OR IGNORE INTO tags (value) VALUES (?)", [(value,) for value in wanted])
    db.executemany(
        "INSERT INTO contact_tags SELECT ?, id FROM tags WHERE value = ?",
        [(contact_id, value) for value in wanted],
    )


def _of(db: sqlite3.Connection, sql: str, contact_ids: Sequence[int]) -> sqlite3.Cursor:
    if len(contact_ids) == 1:
        return db.execute(sql.format("= ?"), (contact_ids[0],))
    return db.execute(sql.format(_MANY), (json.dumps(contact_ids),))
