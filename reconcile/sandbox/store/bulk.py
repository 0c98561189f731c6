"""Inserting contacts by the million: plain rows, indexes last."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reconcile.sandbox.store import schema

Rows = Iterable[tuple[Any, ...]]

_CONTACTS = """
    INSERT INTO contacts (id, type, first_name, last_name, email, unique_email, company, reference,
                          has_password, email_verified, created, modified)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ADDRESSES = (
    "INSERT INTO addresses (contact_id, line1, city, region, country_code, zip) VALUES (?, ?, ?, ?, ?, ?)"
)
_GRANTS = (
    "INSERT INTO grants (contact_id, role_id, status, awaits, expires, granted) VALUES (?, ?, ?, ?, ?, ?)"
)
_TAGS = "INSERT INTO contact_tags (contact_id, tag_id) VALUES (?, ?)"


@contextmanager
def hurrying(db: sqlite3.Connection) -> Iterator[None]:
    """Room to work, and no check of each row's foreign keys: rows made in bulk point where they should."""
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("PRAGMA cache_size = -100000")  # KiB
    try:
        yield
    finally:
        db.execute("PRAGMA cache_size = -2000")
        db.execute("PRAGMA foreign_keys = ON")


def drop_indexes(db: sqlite3.Connection) -> None:
    """Do without indexes; `make_indexes` must follow in the same transaction."""
    for name in schema.INDEXES:
        db.execute(f"DROP INDEX {name}")


def make_indexes(db: sqlite3.Connection) -> None:
    """Make every index."""
    for definition in schema.INDEXES.values():
        db.execute(f"CREATE {definition}")


def role_ids(db: sqlite3.Connection) -> dict[str, int]:
    """Ids of the roles by reference."""
    return dict(db.execute("SELECT reference, id FROM roles"))


def add_tags(db: sqlite3.Connection, values: Sequence[str]) -> list[int]:
    """Make these tags and return their ids."""
    db.executemany("INSERT INTO tags (value) VALUES (?)", [(value,) for value in values])
    ids = dict(db.execute("SELECT value, id FROM tags"))
    return [ids[value] for value in values]


def insert(db: sqlite3.Connection, contacts: Rows, addresses: Rows, grants: Rows, tags: Rows) -> None:
    """Insert rows of many contacts."""
    db.executemany(_CONTACTS, contacts)
    db.executemany(_ADDRESSES, addresses)
    db.executemany(_GRANTS, grants)
    db.executemany(_TAGS, tags)
