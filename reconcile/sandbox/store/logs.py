"""What the account notes of its callers: mails it would have sent, requests it answered."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from reconcile.sandbox.rules.grants import Mail

from .connection import timed

Log = Literal["requests", "changes", "outbox", "tokens"]

_MOST_REQUESTS = 20_000
"""Maximum number of lines in the request log, then the oldest go."""


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One line of the request log, `at` in seconds since 1970; `wrote`: it changed the account."""

    at: int
    method: str
    path: str
    status: int
    wrote: bool


def clear(db: sqlite3.Connection, log: Log) -> None:
    """Empty a log; without tokens every caller must ask for a new one."""
    db.execute(f"DELETE FROM {log}")  # noqa: S608 - our words


def post(db: sqlite3.Connection, contact_id: int, mails: Iterable[Mail], now: int) -> None:
    """Put mails into the outbox."""
    db.executemany(
        "INSERT INTO outbox (at, kind, recipient, contact_id, role) VALUES (?, ?, ?, ?, ?)",
        [(now, mail.kind, mail.recipient, contact_id, mail.role) for mail in mails],
    )


def outbox(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every mail that would have been sent, oldest first."""
    return timed(db, "SELECT at, kind, recipient, contact_id AS contact, role FROM outbox ORDER BY id", "at")


def add_requests(db: sqlite3.Connection, requests: Iterable[LoggedRequest]) -> None:
    """Append to the request log and keep its newest lines."""
    db.executemany(
        "INSERT INTO requests (at, method, path, status, wrote) VALUES (?, ?, ?, ?, ?)",
        [(line.at, line.method, line.path, line.status, line.wrote) for line in requests],
    )
    db.execute("DELETE FROM requests WHERE id <= (SELECT max(id) FROM requests) - ?", (_MOST_REQUESTS,))


def requests(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """The request log as written so far, oldest first."""
    rows = timed(db, "SELECT at, method, path, status, wrote FROM requests ORDER BY id", "at")
    return [{**row, "wrote": bool(row["wrote"])} for row in rows]
