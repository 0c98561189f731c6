"""The account's state as rows, for people and for tests that look afterwards."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconcile.sandbox.api.presenting import v1_contacts
from reconcile.sandbox.problems import SandboxError, WrongWord
from reconcile.sandbox.rules.roles import shown_role
from reconcile.sandbox.rules.terms import Terms
from reconcile.sandbox.store import contacts, ledger, roles, search, settings
from reconcile.sandbox.store.connection import opened, reading
from reconcile.sandbox.switches import Switches, about
from reconcile.sandbox.times import machine_time

Rows = list[dict[str, Any]]
_CHUNK = 1_000


def show(path: Path, what: str) -> Rows:
    """Rows of one part of the account; raises SandboxError for a part it has not."""
    word, _, rest = what.partition(":")
    with opened(path) as db, reading(db):
        if word == "contact":
            return _contact(db, rest)
        if what not in _PARTS:
            raise WrongWord(f"cannot show {what!r}; there are {', '.join(sorted([*_PARTS, 'contact:<id>']))}")
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
    return [{**shown_role(row, "utc"), "protected": bool(row["protected"])} for row in roles.every(db)]


def _switches(db: sqlite3.Connection) -> Rows:
    words = about()
    return [
        {"name": name, "setting": setting, "settings": list(words[name][1]), "about": words[name][0]}
        for name, setting in settings.switches(db).settings().items()
    ]


_PARTS: dict[str, Callable[[sqlite3.Connection], Rows]] = {
    "contacts": _contacts,
    "roles": _roles,
    "grants": ledger.grants,
    "outbox": ledger.outbox,
    "requests": ledger.requests,
    "switches": _switches,
}
