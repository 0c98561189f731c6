"""What the file holds apart from the account: its name, its switches, credentials and tokens."""

import json
import sqlite3
from dataclasses import dataclass
from secrets import token_hex

from reconcile.sandbox.switches import Switches

ACCOUNT = "sandbox.evance.me"


@dataclass(frozen=True, slots=True)
class Client:
    """Credentials of an app; `scopes` None is every scope."""

    client_id: str
    private_key: str
    scopes: str | None


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token; `scopes` None is every scope, `expires` is in seconds since 1970."""

    client_id: str
    scopes: str | None
    expires: int


def setting(db: sqlite3.Connection, name: str, default: str = "") -> str:
    """One stored setting."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else default


def set_setting(db: sqlite3.Connection, name: str, value: str) -> None:
    """Store one setting."""
    db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


def switches(db: sqlite3.Connection) -> Switches:
    """The stored switches; each that was never turned has its default, and those of earlier versions go."""
    stored = json.loads(setting(db, "switches", "{}"))
    known = Switches().settings()
    return Switches().turned({name: value for name, value in stored.items() if name in known})


def store_switches(db: sqlite3.Connection, switches: Switches) -> None:
    """Store the switches."""
    set_setting(db, "switches", json.dumps(switches.settings()))


def add_client(db: sqlite3.Connection, scopes: str | None) -> Client:
    """New credentials in the documented shapes; the first become the main ones."""
    number = db.execute("SELECT count(*) + 1 FROM clients").fetchone()[0]
    added = Client(f"{token_hex(16)}.{number}.app.evance.me", token_hex(32), scopes)
    db.execute("INSERT INTO clients VALUES (?, ?, ?)", (added.client_id, added.private_key, scopes))
    if not setting(db, "client"):
        set_setting(db, "client", added.client_id)
    return added


def client(db: sqlite3.Connection, client_id: str) -> Client | None:
    """The credentials with this id."""
    sql = "SELECT client_id, private_key, scopes FROM clients WHERE client_id = ?"
    row = db.execute(sql, (client_id,)).fetchone()
    return Client(*row) if row else None


def main_client(db: sqlite3.Connection) -> Client:
    """The credentials that were made with the file."""
    main = client(db, setting(db, "client"))
    assert main is not None  # noqa: S101 - made with the tables
    return main


def add_token(db: sqlite3.Connection, text: str, issued: Token, now: int) -> None:
    """Store a token and delete those that have expired."""
    db.execute("DELETE FROM tokens WHERE expires <= ?", (now,))
    db.execute(
        "INSERT INTO tokens VALUES (?, ?, ?, ?)", (text, issued.client_id, issued.scopes, issued.expires)
    )


def token(db: sqlite3.Connection, text: str) -> Token | None:
    """A stored token, expired or not."""
    row = db.execute("SELECT client_id, scopes, expires FROM tokens WHERE token = ?", (text,)).fetchone()
    return Token(*row) if row else None


def tokens(db: sqlite3.Connection) -> list[str]:
    """The text of every stored token, sorted."""
    return [text for (text,) in db.execute("SELECT token FROM tokens ORDER BY token")]
