"""Faults of the account: another writer, void tokens, contacts that come and go between two pages."""

import sqlite3
from typing import Any

from reconcile.sandbox.messages import Request
from reconcile.sandbox.outside_changes import Edit, edit, remove, take_over
from reconcile.sandbox.store import contacts, logs
from reconcile.sandbox.store.changes import note
from reconcile.sandbox.switches import RequestContext

from .specification import MOMENTS, ArmedFault, Fault

_CONTACT_LIST = "/api/v2/contacts.json"

_TEXTS = ("email", "firstname", "lastname", "position", "line1")
"""What `writer` sets to another text."""


def _void_tokens(
    _armed: ArmedFault, _request: Request, db: sqlite3.Connection, _context: RequestContext
) -> None:
    logs.clear(db, "tokens")


def _write_as_another(
    armed: ArmedFault, _request: Request, db: sqlite3.Connection, context: RequestContext
) -> None:
    """Somebody else in the shop changes a contact, if it exists."""
    contact_id = int(armed.number("contact"))
    if contacts.find(db, contact_id) is None:
        return
    texts: dict[str, Any] = {key: armed.word(key) for key in ("grant", "status", "revoke", "tag", "untag")}
    texts |= {key: armed.word(key) or None for key in _TEXTS}
    changes = Edit(**texts, expires=armed.instant("expires"), tag_type=armed.word("tag-type"))
    edit(db, contact_id, changes, context)


def _delete_as_another(
    armed: ArmedFault, _request: Request, db: sqlite3.Connection, context: RequestContext
) -> None:
    """Somebody else in the shop deletes a contact, if it exists."""
    contact_id = int(armed.number("contact"))
    if contacts.find(db, contact_id) is not None:
        remove(db, contact_id, context)


def _register(armed: ArmedFault, _request: Request, db: sqlite3.Connection, context: RequestContext) -> None:
    """Somebody registers with an address, which may have been another's until now."""
    take_over(db, armed.word("email"), armed.word("moved-to"), context)


def _shift_pages(
    armed: ArmedFault, request: Request, db: sqlite3.Connection, context: RequestContext
) -> None:
    """Make a later page repeat or skip a row: a contact comes to, or leaves, the front of the list.

    Under `swap` another then comes to the end of the list, so that the total stays the same.
    """
    if request.path != _CONTACT_LIST or request.method != "GET":
        return
    how, page, page_to_shift = armed.word("how"), _page(request), int(armed.number("page"))
    if how == "repeat" and page == page_to_shift:
        _add_visitor(db, context, in_front=True)
    elif how != "repeat" and page == 1:
        armed.memory["visitor"] = _add_visitor(db, context, in_front=True)
    elif how != "repeat" and page == page_to_shift and "visitor" in armed.memory:
        remove(db, int(armed.memory.pop("visitor")), context)
        if how == "swap":
            _add_visitor(db, context, in_front=False)


def _add_visitor(db: sqlite3.Connection, context: RequestContext, *, in_front: bool) -> int:
    """Add a guest who is the first (or the last) of the list, in any order of the list."""
    now = context.now
    email = f"passer-by-{now}@example.net"
    row = {"type": "guest", "first_name": "Passer", "last_name": "By", "email": email, "unique_email": email}
    by_id = context.switches.list_order == "id"
    low_id = {"id": contacts.lowest_free_id(db)} if in_front and by_id else {}
    contact_id = contacts.add(db, {**row, **low_id, "created": now, "modified": now})
    note(db, contact_id, "somebody", now, None)
    return contact_id


def _page(request: Request) -> int:
    text = request.query.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


ACCOUNT_FAULTS = (
    Fault("expire-token", disturb=_void_tokens),
    Fault("page-shift", {"how": ("repeat", "skip", "swap"), "page": 2.0}, disturb=_shift_pages),
    Fault(
        "writer",
        {
            "contact": 0.0,
            "when": MOMENTS,
            **dict.fromkeys(("grant", "revoke", "tag", "untag", *_TEXTS), ""),
            "status": "active",
            "expires": None,
            "tag-type": "contact",
        },
        disturb=_write_as_another,
    ),
    Fault("leaver", {"contact": 0.0, "when": MOMENTS}, disturb=_delete_as_another),
    Fault(
        "newcomer",
        {"email": "new.comer@example.net", "moved-to": "", "when": MOMENTS},
        disturb=_register,
    ),
)
