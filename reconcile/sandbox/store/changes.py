"""What became of each contact and by whom: a caller of the API, or somebody else in the shop."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from . import contacts, roles
from .connection import timed

By = Literal["caller", "somebody"]

Facts = dict[str, Any]

_MOST_CHANGES = 20_000
"""Maximum number of changes that are kept, then the oldest go."""

_SERVER_COLUMNS = ("id", "contact_id", "modified", "unique_email")
"""Columns that follow from others, or that every change moves."""


def facts(db: sqlite3.Connection, contact_id: int) -> Facts | None:
    """All that the account holds of a contact, whatever the switches show; None when there is none."""
    row = contacts.find(db, contact_id)
    if row is None:
        return None
    grants = roles.grants_of(db, [contact_id])[contact_id]
    return {
        "fields": _own(row),
        "address": _own(contacts.address(db, contact_id) or {}),
        "roles": {grant.reference: [grant.status, grant.expires] for grant in grants},
        "tags": {
            "contact": contacts.tags_of(db, [contact_id])[contact_id],
            **contacts.other_tags_of(db, [contact_id]).get(contact_id, {}),
        },
    }


@contextmanager
def noting(db: sqlite3.Connection, contact_id: int, by: By, now: int) -> Iterator[None]:
    """Note what a block does to a contact, if it does anything; inside the caller's transaction."""
    before = facts(db, contact_id)
    yield
    note(db, contact_id, by, now, before)


def note(db: sqlite3.Connection, contact_id: int, by: By, now: int, before: Facts | None) -> None:
    """Note a contact that was like that before, None for one that is new; not if it is so still."""
    after = facts(db, contact_id)
    if after == before:
        return
    texts = [None if state is None else json.dumps(state) for state in (before, after)]
    sql = "INSERT INTO changes (at, by, contact_id, before, after) VALUES (?, ?, ?, ?, ?)"
    db.execute(sql, (now, by, contact_id, *texts))
    db.execute("DELETE FROM changes WHERE id <= (SELECT max(id) FROM changes) - ?", (_MOST_CHANGES,))


def every(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every change, oldest first, with what the contact held before and after it; null for no contact."""
    sql = "SELECT at, by, contact_id AS contact, before, after FROM changes ORDER BY id"
    return [
        {**row, **{key: row[key] and json.loads(row[key]) for key in ("before", "after")}}
        for row in timed(db, sql, "at")
    ]


def _own(row: dict[str, Any]) -> dict[str, Any]:
    """The columns with a value."""
    return {key: value for key, value in row.items() if value is not None and key not in _SERVER_COLUMNS}
