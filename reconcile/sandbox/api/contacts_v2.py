"""Contacts, version 2, as the official Python client calls them."""

from collections.abc import Mapping
from typing import Any

from reconcile.sandbox.messages import Reply, Request, data_reply, read_envelope, read_id
from reconcile.sandbox.refusals import Problem, not_found, refuse_if
from reconcile.sandbox.state import State
from reconcile.sandbox.store import contacts, search
from reconcile.sandbox.store.connection import writing
from reconcile.sandbox.switches import RequestContext

from .contact_json import V2_ID_OFFSET, from_v2_id, v2_contacts
from .contact_writes import add_contact, read_contact, remove_contact, update_contact
from .filters import CONTACT_FILTERS, read_filters
from .paging import Page, read_page, v2_paging

_NESTED = ("accessRoles", "tags", "address")


def every(call: Request, served: State) -> Reply:
    """GET /api/v2/contacts.json."""
    terms = served.terms()
    moved = V2_ID_OFFSET if terms.switches.v2_ids == "other" else 0
    where = read_filters(call.query, CONTACT_FILTERS, search.STANDING, moved)
    wanted = read_page(call.query, terms.switches, "limit")
    page = Page(wanted, served.total("contacts", where), terms.switches)
    order = terms.switches.list_order
    rows = search.page(served.db, "contacts", where, limit=page.limit, offset=page.offset, order=order)
    return data_reply(v2_contacts(served.db, rows, terms), **v2_paging(page, call))


def read(_call: Request, served: State, contact_id: str) -> Reply:
    """GET /api/v2/contacts/{id}.json."""
    return _one(served, _number(contact_id, served))


def add(call: Request, served: State) -> Reply:
    """POST /api/v2/contacts.json."""
    terms = served.terms()
    payload = _writable(read_envelope(call, "data"), terms)
    with writing(served.db):
        contact_id = add_contact(served.db, read_contact(payload, "v2", terms, adding=True), "v2", terms)
        return _one(served, contact_id, 201)


def update(call: Request, served: State, contact_id: str) -> Reply:
    """PUT /api/v2/contacts/{id}.json."""
    terms, number = served.terms(), _number(contact_id, served)
    payload = _writable(read_envelope(call, "data"), terms)
    with writing(served.db):
        update_contact(served.db, number, read_contact(payload, "v2", terms, adding=False), "v2", terms)
        return _one(served, number)


def delete(_call: Request, served: State, contact_id: str) -> Reply:
    """DELETE /api/v2/contacts/{id}.json."""
    number = _number(contact_id, served)
    with writing(served.db):
        remove_contact(served.db, number, served.terms())
    return Reply(204)


def _number(text: str, served: State) -> int:
    return from_v2_id(read_id(text, "contact"), served.terms().switches)


def _one(served: State, contact_id: int, status: int = 200) -> Reply:
    row = contacts.one(served.db, contact_id)
    if row is None:
        raise not_found("contact")
    return data_reply(v2_contacts(served.db, [row], served.terms())[0], status)


def _writable(payload: Mapping[str, Any], terms: RequestContext) -> Mapping[str, Any]:
    """The payload as far as v2 takes it: grants, tags and address may be ignored or refused."""
    if terms.switches.v2_nested_write == "accept":
        return payload
    if terms.switches.v2_nested_write == "reject":
        refuse_if([Problem(name, "is not a field of a contact") for name in _NESTED if name in payload])
    return {name: value for name, value in payload.items() if name not in _NESTED}
