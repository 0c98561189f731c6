"""Contacts: their own row, the primary address, and tags."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .connection import insert, named, of_contacts, update

Values = Mapping[str, Any]

Rows = Iterable[tuple[Any, ...]]

_TAGS = """
    SELECT c.contact_id, t.value FROM contact_tags c JOIN tags t ON t.id = c.tag_id
    WHERE c.contact_id {} ORDER BY c.contact_id, t.value
"""

_OTHER_TAGS = """
    SELECT contact_id, type, value FROM other_tags WHERE contact_id {} ORDER BY contact_id, type, value
"""

_ADDRESSES = "SELECT * FROM addresses WHERE is_primary AND contact_id {}"

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

_NEW_CONTACT_TAGS = "INSERT INTO contact_tags (contact_id, tag_id) VALUES (?, ?)"


def find(db: sqlite3.Connection, contact_id: int) -> dict[str, Any] | None:
    """A contact's row, or None when there is none (or it was deleted)."""
    rows = named(db.execute("SELECT * FROM contacts WHERE id = ? AND deleted IS NULL", (contact_id,)))
    return rows[0] if rows else None


def add(db: sqlite3.Connection, values: Values) -> int:
    """Insert a contact and return its id."""
    return insert(db, "contacts", values)


def change(db: sqlite3.Connection, contact_id: int, values: Values) -> None:
    """Set some columns of a contact."""
    update(db, "contacts", contact_id, values)


def remove(db: sqlite3.Connection, contact_id: int) -> None:
    """Delete a contact with its grants, tags and addresses."""
    db.execute("DELETE FROM contacts WHERE id = ?", (contact_id,))


def email_taken(db: sqlite3.Connection, kind: str, unique_email: str, but: int | None) -> bool:
    """Whether another contact has an e-mail address that a contact of this type may not share."""
    rivals = "type = 'branch'" if kind == "branch" else "type IN ('user', 'recipient')"
    sql = f"SELECT 1 FROM contacts WHERE {rivals} AND unique_email = ? AND id IS NOT ?"  # noqa: S608 - our words
    return db.execute(sql, (unique_email, but)).fetchone() is not None


def reference_taken(db: sqlite3.Connection, reference: str, but: int | None) -> bool:
    """Whether another contact has this reference."""
    sql = "SELECT 1 FROM contacts WHERE reference = ? AND id IS NOT ? AND deleted IS NULL"
    return db.execute(sql, (reference, but)).fetchone() is not None


def lowest_free_id(db: sqlite3.Connection) -> int:
    """The lowest id that no contact has."""
    row = db.execute(
        "SELECT min(id) FROM (SELECT 1 AS id UNION ALL SELECT id + 1 FROM contacts)"
        " WHERE id NOT IN (SELECT id FROM contacts)"
    ).fetchone()
    return int(row[0])


def address(db: sqlite3.Connection, contact_id: int) -> dict[str, Any] | None:
    """The primary address of a contact."""
    return addresses_of(db, [contact_id]).get(contact_id)


def addresses_of(db: sqlite3.Connection, contact_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Primary addresses by contact, of the contacts that have one."""
    return {row["contact_id"]: row for row in named(of_contacts(db, _ADDRESSES, contact_ids))}


def add_address(db: sqlite3.Connection, contact_id: int, values: Values) -> None:
    """Insert a primary address."""
    insert(db, "addresses", {"contact_id": contact_id, **values})


def change_address(db: sqlite3.Connection, address_id: int, values: Values) -> None:
    """Set some columns of an address."""
    update(db, "addresses", address_id, values)


def tags_of(db: sqlite3.Connection, contact_ids: Sequence[int]) -> dict[int, list[str]]:
    """Tags of these contacts, sorted by value."""
    tags: dict[int, list[str]] = {contact_id: [] for contact_id in contact_ids}
    for contact_id, value in of_contacts(db, _TAGS, contact_ids):
        tags[contact_id].append(value)
    return tags


def replace_tags(db: sqlite3.Connection, contact_id: int, tags: Iterable[str]) -> None:
    """Make these the contact's only tags; a new value becomes a tag of the account."""
    values = list(tags)
    db.execute("DELETE FROM contact_tags WHERE contact_id = ?", (contact_id,))
    db.executemany("INSERT OR IGNORE INTO tags (value) VALUES (?)", [(value,) for value in values])
    db.executemany(
        "INSERT INTO contact_tags SELECT ?, id FROM tags WHERE value = ?",
        [(contact_id, value) for value in values],
    )


def other_tags_of(db: sqlite3.Connection, contact_ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    """Tags of other types than `contact`, by contact and type; only contacts that have some."""
    tags: dict[int, dict[str, list[str]]] = {}
    for contact_id, kind, value in of_contacts(db, _OTHER_TAGS, contact_ids):
        tags.setdefault(contact_id, {}).setdefault(kind, []).append(value)
    return tags


def add_other_tag(db: sqlite3.Connection, contact_id: int, kind: str, value: str) -> None:
    """Give a contact a tag of another type."""
    db.execute("INSERT OR IGNORE INTO other_tags VALUES (?, ?, ?)", (contact_id, kind, value))


def remove_other_tag(db: sqlite3.Connection, contact_id: int, kind: str, value: str) -> None:
    """Take a tag of another type from a contact."""
    db.execute(
        "DELETE FROM other_tags WHERE (contact_id, type, value) = (?, ?, ?)", (contact_id, kind, value)
    )


def clear_other_tags(db: sqlite3.Connection, contact_id: int) -> None:
    """Take all tags of other types from a contact."""
    db.execute("DELETE FROM other_tags WHERE contact_id = ?", (contact_id,))


def user_with_email(db: sqlite3.Connection, unique_email: str) -> int | None:
    """The user or recipient who has this e-mail address."""
    sql = "SELECT id FROM contacts WHERE type IN ('user', 'recipient') AND unique_email = ?"
    row = db.execute(sql, (unique_email,)).fetchone()
    return row[0] if row else None


def add_tags(db: sqlite3.Connection, values: Sequence[str]) -> list[int]:
    """Add tags to the account and return their ids."""
    db.executemany("INSERT INTO tags (value) VALUES (?)", [(value,) for value in values])
    ids = dict(db.execute("SELECT value, id FROM tags"))
    return [ids[value] for value in values]


def insert_many(db: sqlite3.Connection, contacts: Rows, addresses: Rows, grants: Rows, tags: Rows) -> None:
    """Insert the rows of many contacts, with all that belongs to them."""
    db.executemany(_NEW_CONTACTS, contacts)
    db.executemany(_NEW_ADDRESSES, addresses)
    db.executemany(_NEW_GRANTS, grants)
    db.executemany(_NEW_CONTACT_TAGS, tags)
