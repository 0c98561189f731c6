"""The account's state as rows, for people and for tests that look at it afterwards."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .api.contact_json import v1_contacts
from .clock import machine_time
from .options import SandboxError, WrongWord
from .rules.roles import shown_role
from .store import changes, contacts, logs, roles, search, settings
from .store.connection import opened, reading
from .switches import RequestContext, Switches, about

Rows = list[dict[str, Any]]

_CHUNK_SIZE = 1_000


def show(path: Path, what: str) -> Rows:
    """Rows of one part of the account; raises SandboxError for an unknown part or contact."""
    word, _, rest = what.partition(":")
    with opened(path) as db, reading(db):
        if word == "contact":
            return [contact(db, rest)]
        if what not in PARTS:
            raise WrongWord(f"cannot show {what!r}; there are {', '.join(sorted([*PARTS, 'contact:<id>']))}")
        return PARTS[what](db)


def contact(db: sqlite3.Connection, text: str) -> dict[str, Any]:
    """A contact by the text of its id, in the v1 read form; raises SandboxError when there is none."""
    row = contacts.find(db, int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None
    if row is None:
        raise SandboxError(f"there is no contact {text!r}")
    return v1_contacts(db, [row], _documented())[0]


def _documented() -> RequestContext:
    """Contacts are shown as the documented server shows them, whatever the switches would hide."""
    return RequestContext(Switches(expired_grants="plain"), int(machine_time().timestamp()))


def _contacts(db: sqlite3.Connection) -> Rows:
    shown: Rows = []
    last_id = -1
    while rows := _next_contacts(db, last_id):
        shown += v1_contacts(db, rows, _documented())
        last_id = rows[-1]["id"]
    return shown


def _next_contacts(db: sqlite3.Connection, last_id: int) -> Rows:
    where = search.STANDING & search.compare("id", ">", last_id)
    return search.page(db, "contacts", where, limit=_CHUNK_SIZE)


def _roles(db: sqlite3.Connection) -> Rows:
    return [{**shown_role(row, "utc"), "protected": bool(row["protected"])} for row in roles.every(db)]


def _switches(db: sqlite3.Connection) -> Rows:
    decisions = about()
    return [
        {"name": name, "setting": setting, "settings": list(decisions[name][1]), "about": decisions[name][0]}
        for name, setting in settings.switches(db).settings().items()
    ]


PARTS: dict[str, Callable[[sqlite3.Connection], Rows]] = {
    "contacts": _contacts,
    "roles": _roles,
    "grants": roles.all_grants,
    "outbox": logs.outbox,
    "requests": logs.requests,
    "changes": changes.every,
    "switches": _switches,
}
"""The parts of an account that can be shown, here and by the control door."""
