"""Contacts: their own row and its primary address."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .connection import named

Values = Mapping[str, Any]

ADDRESS_COLUMNS = (
    "title", "first_name", "last_name", "company", "line1", "line2", "line3", "city", "region",
    "country_code", "zip", "latitude", "longitude",
)  # fmt: skip


def one(db: sqlite3.Connection, contact_id: int) -> dict[str, Any] | None:
    """A contact's row, or None when there is none (or it was deleted)."""
    rows = named(db.execute("SELECT * FROM contacts WHERE id = ? AND deleted IS NULL", (contact_id,)))
    return rows[0] if rows else None


def add(db: sqlite3.Connection, values: Values) -> int:
    """Insert a contact and return its id."""
    return _insert(db, "contacts", values)


def change(db: sqlite3.Connection, contact_id: int, values: Values) -> None:
    """Set some columns of a contact."""
    _update(db, "contacts", contact_id, values)


def remove(db: sqlite3.Connection, contact_id: int) -> None:
    """Delete a contact with all that hangs on it."""
    db.execute("DELETE FROM contacts WHERE id = ?", (contact_id,))


def clash(db: sqlite3.Connection, kind: str, unique_email: str, but: int | None) -> bool:
    """Whether another contact holds an address that one of this type may not share."""
    rivals = "type = 'branch'" if kind == "branch" else "type IN ('user', 'recipient')"
    sql = f"SELECT 1 FROM contacts WHERE {rivals} AND unique_email = ? AND id IS NOT ?"  # noqa: S608 - our words
    return db.execute(sql, (unique_email, but)).fetchone() is not None


def reference_taken(db: sqlite3.Connection, reference: str, but: int | None) -> bool:
    """Whether another contact has this reference."""
    sql = "SELECT 1 FROM contacts WHERE reference = ? AND id IS NOT ? AND deleted IS NULL"
    return db.execute(sql, (reference, but)).fetchone() is not None


def lowest_free_id(db: sqlite3.Connection) -> int:
    """The lowest id that nobody has."""
    row = db.execute(
        "SELECT min(id) FROM (SELECT 1 AS id UNION ALL SELECT id + 1 FROM contacts)"
        " WHERE id NOT IN (SELECT id FROM contacts)"
    ).fetchone()
    return int(row[0])


def address(db: sqlite3.Connection, contact_id: int) -> dict[str, Any] | None:
    """The primary address of a contact."""
    rows = named(db.execute("SELECT * FROM addresses WHERE contact_id = ? AND is_primary", (contact_id,)))
    return rows[0] if rows else None


def add_address(db: sqlite3.Connection, contact_id: int, values: Values) -> None:
    """Insert a primary address."""
    _insert(db, "addresses", {"contact_id": contact_id, **values})


def change_address(db: sqlite3.Connection, address_id: int, values: Values) -> None:
    """Set some columns of an address."""
    _update(db, "addresses", address_id, values)


def _insert(db: sqlite3.Connection, table: str, values: Values) -> int:
    marks = ", ".join("?" * len(values))
    sql = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 - columns are ours
    row = db.execute(sql, tuple(values.values())).lastrowid
    assert row is not None  # noqa: S101 - an INSERT always has one
    return row


def _update(db: sqlite3.Connection, table: str, row_id: int, values: Values) -> None:
    if values:
        sets = ", ".join(f"{column} = ?" for column in values)
        sql = f"UPDATE {table} SET {sets} WHERE id = ?"  # noqa: S608 - columns are ours
        db.execute(sql, (*values.values(), row_id))


_TAGS = """
    SELECT c.contact_id, t.value FROM contact_tags c JOIN tags t ON t.id = c.tag_id
    WHERE c.contact_id {} ORDER BY c.contact_id, t.value
"""

_ADDRESSES = "SELECT * FROM addresses WHERE is_primary AND contact_id {}"

_MANY = "IN (SELECT value FROM json_each(?))"


def tags_of(db: sqlite3.Connection, contact_ids: Sequence[int]) -> dict[int, list[str]]:
    """Tags of these contacts, sorted by value."""
    found: dict[int, list[str]] = {one: [] for one in contact_ids}
    for contact_id, value in of_contacts(db, _TAGS, contact_ids):
        found[contact_id].append(value)
    return found


def addresses_of(db: sqlite3.Connection, contact_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Primary addresses of those of these contacts that have one."""
    return {row["contact_id"]: row for row in named(of_contacts(db, _ADDRESSES, contact_ids))}


def replace_tags(db: sqlite3.Connection, contact_id: int, values: Iterable[str]) -> None:
    """Make these the contact's only tags; new values come into being."""
    wanted = list(values)
    db.execute("DELETE FROM contact_tags WHERE contact_id = ?", (contact_id,))
    db.executemany("INSERT OR IGNORE INTO tags (value) VALUES (?)", [(value,) for value in wanted])
    db.executemany(
        "INSERT INTO contact_tags SELECT ?, id FROM tags WHERE value = ?",
        [(contact_id, value) for value in wanted],
    )


def of_contacts(db: sqlite3.Connection, sql: str, contact_ids: Sequence[int]) -> sqlite3.Cursor:
    """Rows of a query about these contacts."""
    if len(contact_ids) == 1:
        return db.execute(sql.format("= ?"), (contact_ids[0],))
    return db.execute(sql.format(_MANY), (json.dumps(contact_ids),))


Rows = Iterable[tuple[Any, ...]]

_NEW_CONTACTS = """
    INSERT INTO contacts (id, type, first_name, last_name, email, unique_email, company, reference,
                          has_password, email_verified, created, modified)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_NEW_ADDRESSES = (
    "INSERT INTO addresses (contact_id, line1, city, region, country_code, zip) VALUES (?, ?, ?, ?, ?, ?)"
)

_NEW_GRANTS = (
    "INSERT INTO grants (contact_id, role_id, status, awaits, expires, granted) VALUES (?, ?, ?, ?, ?, ?)"
)

_NEW_TAGS = "INSERT INTO contact_tags (contact_id, tag_id) VALUES (?, ?)"


def add_tags(db: sqlite3.Connection, values: Sequence[str]) -> list[int]:
    """Make these tags and return their ids."""
    db.executemany("INSERT INTO tags (value) VALUES (?)", [(value,) for value in values])
    ids = dict(db.execute("SELECT value, id FROM tags"))
    return [ids[value] for value in values]


def insert_many(db: sqlite3.Connection, contacts: Rows, addresses: Rows, grants: Rows, tags: Rows) -> None:
    """Insert rows of many contacts."""
    db.executemany(_NEW_CONTACTS, contacts)
    db.executemany(_NEW_ADDRESSES, addresses)
    db.executemany(_NEW_GRANTS, grants)
    db.executemany(_NEW_TAGS, tags)
