"""The account's state as rows, for people and for tests that look afterwards."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconcile.sandbox.account import Terms
from reconcile.sandbox.api.presenting import v1_contacts
from reconcile.sandbox.problems import SandboxError
from reconcile.sandbox.rules.roles import shown_role
from reconcile.sandbox.store import contacts, search, settings
from reconcile.sandbox.store.connection import named, opened, reading
from reconcile.sandbox.switches import Switches, about
from reconcile.sandbox.times import machine_time, to_atom

Rows = list[dict[str, Any]]
_CHUNK = 1_000


def show(path: Path, what: str) -> Rows:
    """Rows of one part of the account; raises SandboxError for a part it has not."""
    word, _, rest = what.partition(":")
    with opened(path) as db, reading(db):
        if word == "contact":
            return _contact(db, rest)
        if what not in _PARTS:
            raise SandboxError(
                f"cannot show {what!r}; there are {', '.join(sorted([*_PARTS, 'contact:<id>']))}"
            )
        return _PARTS[what](db)


def _terms() -> Terms:
    """Contacts are shown as the documented server would, whatever the switches hide."""
    return Terms(Switches(expired_grants="plain"), int(machine_time().timestamp()))


def _contact(db: sqlite3.Connection, text: str) -> Rows:
    row = contacts.one(db, int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None
    if row is None:
        raise SandboxError(f"there is no contact {text!r}")
    return v1_contacts(db, [row], _terms())


def _contacts(db: sqlite3.Connection) -> Rows:
    rows: Rows = []
    last = -1
    while chunk := search.page(
        db, "contacts", search.STANDING & search.compare("id", ">", last), limit=_CHUNK
    ):
        rows += v1_contacts(db, chunk, _terms())
        last = chunk[-1]["id"]
    return rows


def _roles(db: sqlite3.Connection) -> Rows:
    rows = named(db.execute("SELECT * FROM roles ORDER BY id"))
    return [{**shown_role(row, "utc"), "protected": bool(row["protected"])} for row in rows]


def _grants(db: sqlite3.Connection) -> Rows:
    return _timed(
        db,
        "SELECT g.contact_id AS contact, c.email, r.reference, g.status, g.awaits, g.expires, g.granted FROM grants g"
        " JOIN roles r ON r.id = g.role_id JOIN contacts c ON c.id = g.contact_id WHERE c.deleted IS NULL"
        " ORDER BY g.contact_id, r.id",
        "expires",
        "granted",
    )


def _outbox(db: sqlite3.Connection) -> Rows:
    return _timed(db, "SELECT at, kind, recipient, contact_id AS contact, role FROM outbox ORDER BY id", "at")


def _requests(db: sqlite3.Connection) -> Rows:
    rows = _timed(db, "SELECT at, method, path, status, wrote FROM requests ORDER BY id", "at")
    return [{**row, "wrote": bool(row["wrote"])} for row in rows]


def _switches(db: sqlite3.Connection) -> Rows:
    words = about()
    return [
        {"name": name, "setting": setting, "settings": list(words[name][1]), "about": words[name][0]}
        for name, setting in settings.switches(db).settings().items()
    ]


def _timed(db: sqlite3.Connection, sql: str, *columns: str) -> Rows:
    """Rows with some columns of seconds as ATOM text."""
    rows: Rows = named(db.execute(sql))
    return [
        {**row, **{one: row[one] if row[one] is None else to_atom(row[one]) for one in columns}}
        for row in rows
    ]


_PARTS: dict[str, Callable[[sqlite3.Connection], Rows]] = {
    "contacts": _contacts,
    "roles": _roles,
    "grants": _grants,
    "outbox": _outbox,
    "requests": _requests,
    "switches": _switches,
}
