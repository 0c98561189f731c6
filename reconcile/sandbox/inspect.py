"""The account's state as rows, for people and for tests that look afterwards."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .api.contact_json import v1_contacts
from .clock import machine_time
from .options import SandboxError, WrongWord
from .rules.roles import shown_role
from .store import contacts, logs, roles, search, settings
from .store.connection import opened, reading
from .switches import RequestContext, Switches, about

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


def _terms() -> RequestContext:
    """Contacts are shown as the documented server would, whatever the switches hide."""
    return RequestContext(Switches(expired_grants="plain"), int(machine_time().timestamp()))


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
    "grants": logs.grants,
    "outbox": logs.outbox,
    "requests": logs.requests,
    "switches": _switches,
}
