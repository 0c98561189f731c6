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
from .filters import CONTACT_FILTERS, EXACT_CONTACT_FILTERS, read_filters
from .list_rows import list_rows
from .paging import find_page, read_page, v2_paging

_NESTED = ("accessRoles", "tags", "address")


def list_all(request: Request, state: State) -> Reply:
    """GET /api/v2/contacts.json."""
    context = state.context()
    id_offset = V2_ID_OFFSET if context.switches.v2_ids == "other" else 0
    exact = context.switches.v2_list_email == "case"
    filters = EXACT_CONTACT_FILTERS if exact else CONTACT_FILTERS
    query = request.query
    if context.switches.v2_list_ids == "ignore":
        query = {name: value for name, value in query.items() if name != "id:in"}
    where = read_filters(query, filters, search.STANDING, id_offset)
    requested = read_page(request.query, context.switches, "limit")
    page = find_page(requested, state.total("contacts", where), context.switches)
    order = context.switches.list_order
    rows = search.page(state.db, "contacts", where, limit=page.limit, offset=page.offset, order=order)
    return data_reply(list_rows(v2_contacts(state.db, rows, context), state), **v2_paging(page, request))


def read(_request: Request, state: State, contact_id: str) -> Reply:
    """GET /api/v2/contacts/{id}.json."""
    return _contact_reply(state, _number(contact_id, state))


def add(request: Request, state: State) -> Reply:
    """POST /api/v2/contacts.json."""
    context = state.context()
    payload = _writable(read_envelope(request, "data"), context)
    with writing(state.db):
        contact_id = add_contact(state.db, read_contact(payload, "v2", context, adding=True), "v2", context)
        return _contact_reply(state, contact_id, 201)


def update(request: Request, state: State, contact_id: str) -> Reply:
    """PUT /api/v2/contacts/{id}.json."""
    context, number = state.context(), _number(contact_id, state)
    payload = _writable(read_envelope(request, "data"), context)
    with writing(state.db):
        update_contact(state.db, number, read_contact(payload, "v2", context, adding=False), "v2", context)
        return _contact_reply(state, number)


def delete(_request: Request, state: State, contact_id: str) -> Reply:
    """DELETE /api/v2/contacts/{id}.json."""
    number = _number(contact_id, state)
    with writing(state.db):
        remove_contact(state.db, number, state.context())
    return Reply(204)


def _number(text: str, state: State) -> int:
    return from_v2_id(read_id(text, "contact"), state.context().switches)


def _contact_reply(state: State, contact_id: int, status: int = 200) -> Reply:
    row = contacts.find(state.db, contact_id)
    if row is None:
        raise not_found("contact")
    return data_reply(v2_contacts(state.db, [row], state.context())[0], status)


def _writable(payload: Mapping[str, Any], context: RequestContext) -> Mapping[str, Any]:
    """The part of the payload that v2 accepts: grants, tags and address may be ignored or refused."""
    if context.switches.v2_nested_write == "accept":
        return payload
    if context.switches.v2_nested_write == "reject":
        refuse_if([Problem(name, "is not a field of a contact") for name in _NESTED if name in payload])
    return {name: value for name, value in payload.items() if name not in _NESTED}
