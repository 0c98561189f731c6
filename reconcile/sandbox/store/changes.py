"""What became of each contact and by whom: a caller of the API, or somebody else in the shop."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from reconcile.sandbox.switches import RequestContext, Switches

from . import contacts, roles
from .connection import timed

By = Literal["caller", "somebody"]

Facts = dict[str, Any]

_MOST_CHANGES = 20_000
"""Maximum number of changes that are kept, then the oldest go."""

_SERVER_COLUMNS = ("id", "contact_id", "modified", "unique_email")
"""Columns that follow from others."""

_SWITCH_OF = {
    "fields": "modified_by_profile",
    "address": "modified_by_address",
    "roles": "modified_by_roles",
    "tags": "modified_by_tags",
}
"""By part of the facts, the switch that says whether a change of it moves `modifiedOn`."""


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
def noting(
    db: sqlite3.Connection, contact_id: int, by: By, context: RequestContext, *, moves: bool = True
) -> Iterator[None]:
    """Note what a block does to a contact, if it does anything; inside the caller's transaction.

    Then `modifiedOn` moves, if this `moves` it and a part has changed that does. Time alone moves nothing: a
    grant that lapses, and a role that changes for all who have it, leave the contact's row as it was.
    """
    before = facts(db, contact_id)
    yield
    after = note(db, contact_id, by, context.now, before)
    if moves and before is not None and after is not None and _moves(before, after, context.switches):
        contacts.change(db, contact_id, {"modified": context.now})


def _moves(before: Facts, after: Facts, switches: Switches) -> bool:
    changed = [part for part in _SWITCH_OF if before[part] != after[part]]
    return any(getattr(switches, _SWITCH_OF[part]) == "yes" for part in changed)


def note(db: sqlite3.Connection, contact_id: int, by: By, now: int, before: Facts | None) -> Facts | None:
    """Note a contact that was like that before, None for one that is new; not if it is so still.

    Returns what it is like now.
    """
    after = facts(db, contact_id)
    if after == before:
        return after
    texts = [None if state is None else json.dumps(state) for state in (before, after)]
    sql = "INSERT INTO changes (at, by, contact_id, before, after) VALUES (?, ?, ?, ?, ?)"
    db.execute(sql, (now, by, contact_id, *texts))
    db.execute("DELETE FROM changes WHERE id <= (SELECT max(id) FROM changes) - ?", (_MOST_CHANGES,))
    return after


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
