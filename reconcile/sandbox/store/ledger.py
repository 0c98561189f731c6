"""What the account remembers about its callers: tokens, mails it would have sent, requests it answered."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from reconcile.sandbox.rules.grants import Mail

_KEPT_REQUESTS = 20_000


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token; `scopes` None is every scope."""

    client_id: str
    scopes: str | None
    expires: int


@dataclass(frozen=True, slots=True)
class Client:
    """Credentials of an app."""

    client_id: str
    private_key: str
    scopes: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the request log; `wrote` tells whether it changed the account."""

    at: int
    method: str
    path: str
    status: int
    wrote: bool


def client(db: sqlite3.Connection, client_id: str) -> Client | None:
    """The credentials with this id."""
    row = db.execute("SELECT client_id, private_key, scopes FROM clients WHERE client_id = ?", (client_id,))
    found = row.fetchone()
    return Client(*found) if found else None


def add_token(db: sqlite3.Connection, token: str, issued: Token, now: int) -> None:
    """Store a token and forget those that lapsed."""
    db.execute("DELETE FROM tokens WHERE expires <= ?", (now,))
    db.execute(
        "INSERT INTO tokens VALUES (?, ?, ?, ?)", (token, issued.client_id, issued.scopes, issued.expires)
    )


def token(db: sqlite3.Connection, text: str) -> Token | None:
    """A stored token, lapsed or not."""
    row = db.execute("SELECT client_id, scopes, expires FROM tokens WHERE token = ?", (text,)).fetchone()
    return Token(*row) if row else None


def drop_tokens(db: sqlite3.Connection) -> None:
    """Every token stops to count, at once."""
    db.execute("DELETE FROM tokens")


def post(db: sqlite3.Connection, contact_id: int, mails: Iterable[Mail], now: int) -> None:
    """Put mails into the outbox."""
    db.executemany(
        "INSERT INTO outbox (at, kind, recipient, contact_id, role) VALUES (?, ?, ?, ?, ?)",
        [(now, mail.kind, mail.recipient, contact_id, mail.role) for mail in mails],
    )


def add_requests(db: sqlite3.Connection, requests: Iterable[Request]) -> None:
    """Append to the request log and keep its newest lines."""
    db.executemany(
        "INSERT INTO requests (at, method, path, status, wrote) VALUES (?, ?, ?, ?, ?)",
        [(one.at, one.method, one.path, one.status, one.wrote) for one in requests],
    )
    db.execute("DELETE FROM requests WHERE id <= (SELECT max(id) FROM requests) - ?", (_KEPT_REQUESTS,))
