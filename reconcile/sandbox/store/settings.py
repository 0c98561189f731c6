"""What the file keeps beside the account: its name, switches, credentials and tokens."""

import json
import sqlite3
from dataclasses import dataclass
from secrets import token_hex

from reconcile.sandbox.switches import Switches

ACCOUNT = "sandbox.evance.me"


def setting(db: sqlite3.Connection, name: str, default: str = "") -> str:
    """One stored setting."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else default


def set_setting(db: sqlite3.Connection, name: str, value: str) -> None:
    """Store one setting."""
    db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


def add_client(db: sqlite3.Connection, scopes: str | None) -> tuple[str, str]:
    """New credentials in the documented shapes; `scopes` None gives every scope."""
    number = db.execute("SELECT count(*) + 1 FROM clients").fetchone()[0]
    client_id, private_key = f"{token_hex(16)}.{number}.app.evance.me", token_hex(32)
    db.execute("INSERT INTO clients VALUES (?, ?, ?)", (client_id, private_key, scopes))
    if not setting(db, "client"):
        set_setting(db, "client", client_id)
    return client_id, private_key


def switches(db: sqlite3.Connection) -> Switches:
    """The switches an account was given, defaults where it was given none."""
    return Switches().turned(json.loads(setting(db, "switches", "{}")))


def store_switches(db: sqlite3.Connection, turned: Switches) -> None:
    """Remember the switches."""
    set_setting(db, "switches", json.dumps(turned.settings()))


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


def main_client(db: sqlite3.Connection) -> Client:
    """The credentials made with the file."""
    main = client(db, setting(db, "client"))
    assert main is not None  # noqa: S101 - made with the tables
    return main
