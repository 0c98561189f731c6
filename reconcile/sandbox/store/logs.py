"""What the account remembers of its callers: mails it would have sent, requests it answered."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from reconcile.sandbox.clock import to_atom
from reconcile.sandbox.rules.grants import Mail

from .connection import named

Log = Literal["requests", "outbox", "tokens"]

_KEPT_REQUESTS = 20_000


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One line of the request log; `wrote` tells whether it changed the account."""

    at: int
    method: str
    path: str
    status: int
    wrote: bool


def forget(db: sqlite3.Connection, log: Log) -> None:
    """Empty a log; without tokens every caller must ask for a new one."""
    db.execute(f"DELETE FROM {log}")  # noqa: S608 - our words


def post(db: sqlite3.Connection, contact_id: int, mails: Iterable[Mail], now: int) -> None:
    """Put mails into the outbox."""
    db.executemany(
        "INSERT INTO outbox (at, kind, recipient, contact_id, role) VALUES (?, ?, ?, ?, ?)",
        [(now, mail.kind, mail.recipient, contact_id, mail.role) for mail in mails],
    )


def add_requests(db: sqlite3.Connection, requests: Iterable[LoggedRequest]) -> None:
    """Append to the request log and keep its newest lines."""
    db.executemany(
        "INSERT INTO requests (at, method, path, status, wrote) VALUES (?, ?, ?, ?, ?)",
        [(one.at, one.method, one.path, one.status, one.wrote) for one in requests],
    )
    db.execute("DELETE FROM requests WHERE id <= (SELECT max(id) FROM requests) - ?", (_KEPT_REQUESTS,))


def requests(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """The request log as written so far, oldest first."""
    rows = timed(db, "SELECT at, method, path, status, wrote FROM requests ORDER BY id", "at")
    return [{**row, "wrote": bool(row["wrote"])} for row in rows]


def outbox(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every mail that would have been sent, oldest first."""
    return timed(db, "SELECT at, kind, recipient, contact_id AS contact, role FROM outbox ORDER BY id", "at")


def grants(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every grant, by contact and role."""
    return timed(
        db,
        "SELECT g.contact_id AS contact, c.email, r.reference, g.status, g.awaits, g.expires, g.granted"
        " FROM grants g JOIN roles r ON r.id = g.role_id JOIN contacts c ON c.id = g.contact_id"
        " WHERE c.deleted IS NULL ORDER BY g.contact_id, r.id",
        "expires",
        "granted",
    )


def timed(db: sqlite3.Connection, sql: str, *columns: str) -> list[dict[str, Any]]:
    """Rows of a query, some columns of seconds as ATOM text."""
    rows: list[dict[str, Any]] = named(db.execute(sql))
    return [{**row, **{one: _atom(row[one]) for one in columns}} for row in rows]


def _atom(seconds: int | None) -> str | None:
    return None if seconds is None else to_atom(seconds)
