"""Faults that touch the account behind a caller's back: another writer, lapsed tokens, moving pages."""

from reconcile.sandbox.messages import Request
from reconcile.sandbox.rules.grants import Grant
from reconcile.sandbox.state import State
from reconcile.sandbox.store import contacts, logs, roles
from reconcile.sandbox.store.connection import writing

from .specification import ArmedFault, Fault, Kind

_LIST = "/api/v2/contacts.json"


def disturb(armed: ArmedFault, call: Request, served: State) -> None:
    """Do what a fault does to the account at this request."""
    with writing(served.db):
        match armed.fault.kind:
            case Kind.EXPIRE_TOKEN:
                logs.forget(served.db, "tokens")
            case Kind.WRITER:
                _write_as_another(armed.fault, served)
            case Kind.PAGE_SHIFT if call.path == _LIST and call.method == "GET":
                _shift(armed, _page(call), served)
            case _:
                pass


def _write_as_another(fault: Fault, served: State) -> None:
    """Change a contact's grants and tags as somebody else in the shop might."""
    contact_id = int(fault.number("contact"))
    if contacts.one(served.db, contact_id) is None:
        return
    now, known = served.clock.now(), roles.grantable(served.db)
    grants = {one.reference: one for one in roles.grants_of(served.db, [contact_id])[contact_id]}
    grants.pop(fault.word("revoke"), None)
    if fault.word("grant") in known:
        role = known[fault.word("grant")]
        grants[role.reference] = Grant(role.reference, role.title, "active", None, None, now)
    roles.replace_grants(served.db, contact_id, grants.values())
    tags = {*contacts.tags_of(served.db, [contact_id])[contact_id], fault.word("tag")} - {
        fault.word("untag"),
        "",
    }
    contacts.replace_tags(served.db, contact_id, sorted(tags))
    contacts.change(served.db, contact_id, {"modified": now})


def _shift(armed: ArmedFault, page: int, served: State) -> None:
    """Make a later page repeat or skip a row: a contact comes or goes at the front of the list.

    `swap` lets one go and another come at the far end, so that the total gives nothing away.
    """
    how, turn = armed.fault.word("how"), int(armed.fault.number("page"))
    if how == "repeat" and page == turn:
        _come(served, front=True)
    elif how != "repeat" and page == 1:
        armed.memory["visitor"] = _come(served, front=True)
    elif how != "repeat" and page == turn and "visitor" in armed.memory:
        contacts.remove(served.db, int(armed.memory.pop("visitor")))
        if how == "swap":
            _come(served, front=False)


def _come(served: State, *, front: bool) -> int:
    """Add a guest who stands first in the list (or last), whatever its order."""
    now, by_id = served.clock.now(), served.switches.list_order == "id"
    email = f"passer-by-{now}@example.net"
    row = {"type": "guest", "first_name": "Passer", "last_name": "By", "email": email, "unique_email": email}
    place = {"id": contacts.lowest_free_id(served.db)} if front and by_id else {}
    return contacts.add(served.db, {**row, **place, "created": now, "modified": now})


def _page(call: Request) -> int:
    text = call.query.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
