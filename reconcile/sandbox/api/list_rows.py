"""Rows of the v2 list where they are not what the single contact tells: fewer fields, older, or mixed up."""

from collections.abc import Iterable
from typing import Any

from reconcile.sandbox.state import State

Row = dict[str, Any]

_CACHED_SECONDS = 60
"""Maximum age of a row under `v2_rows: cached`, then it is taken anew."""

_WHO = (
    "id", "type", "firstName", "lastName", "email", "company", "reference", "createdOn", "modifiedOn",
    "accessRoles", "tags", "address",
)  # fmt: skip
"""The keys of a row under `v2_row_fields: few`."""

_MIXED = {"position": "department", "department": "division", "division": "position"}
"""By key, the one whose value it has under `v2_rows: mixed`; it is the same for the lines of an address."""

_MIXED_LINES = {"line1": "line2", "line2": "line3", "line3": "line1"}


def list_rows(contacts: Iterable[Row], state: State) -> list[Row]:
    """Contacts in the v2 form as the list shows them."""
    context = state.context()
    switches, rows = context.switches, list(contacts)
    if switches.v2_row_fields == "few":
        rows = [{key: row[key] for key in _WHO if key in row} for row in rows]
    match switches.v2_rows:
        case "cached":
            return [_cached(row, state, context.now) for row in rows]
        case "mixed":
            return [_mixed(row) for row in rows]
        case "right":
            return rows


def _cached(row: Row, state: State, now: int) -> Row:
    taken, cached = state.cached_rows.get(row["id"], (now - _CACHED_SECONDS, row))
    if now - taken >= _CACHED_SECONDS:
        taken, cached = now, row
    state.cached_rows[row["id"]] = taken, cached
    return cached


def _mixed(row: Row) -> Row:
    mixed = {**row, **{key: row[other] for key, other in _MIXED.items() if key in row}}
    address = row.get("address")
    lines = {key: address[other] for key, other in _MIXED_LINES.items()} if address else {}
    return {**mixed, "address": {**address, **lines}} if address else mixed
