"""Contacts, version 1 (Evance help: Adding, Retrieving and Updating a Contact)."""

from reconcile.sandbox.messages import Reply, Request, read_envelope, read_id
from reconcile.sandbox.refusals import Problem, Refused, not_found
from reconcile.sandbox.rules.fields import is_date, is_storable
from reconcile.sandbox.state import State
from reconcile.sandbox.store import contacts, search
from reconcile.sandbox.store.connection import writing

from .contact_json import v1_contacts
from .contact_writes import add_contact, read_contact, remove_contact, update_contact
from .paging import find_page, read_page, v1_paging

_SEARCHED_COLUMNS = ("first_name", "last_name", "email", "company", "reference")

_PARAMETERS = ("q", "reference", "email", "leaveDate")


def add(request: Request, state: State) -> Reply:
    """POST /api/contacts.json."""
    payload, context = read_envelope(request, "contact"), state.context()
    with writing(state.db):
        contact = read_contact(payload, "v1", context, adding=True)
        contact_id = add_contact(state.db, contact, "v1", context)
        return _contact_reply(state, contact_id, 201)


def read(_request: Request, state: State, contact_id: str) -> Reply:
    """GET /api/contacts/{id}.json."""
    return _contact_reply(state, read_id(contact_id, "contact"))


def update(request: Request, state: State, contact_id: str) -> Reply:
    """POST or PUT /api/contacts/{id}.json; `accessRoles`, when sent, replaces every grant."""
    context = state.context()
    if context.switches.update_method not in ("both", request.method):
        raise Refused(405, Problem("method", f"{request.method} is not allowed here"), context="parameters")
    number, payload = read_id(contact_id, "contact"), read_envelope(request, "contact")
    with writing(state.db):
        contact = read_contact(payload, "v1", context, adding=False)
        update_contact(state.db, number, contact, "v1", context)
        return _contact_reply(state, number)


def delete(_request: Request, state: State, contact_id: str) -> Reply:
    """DELETE /api/contacts/{id}.json."""
    number, context = read_id(contact_id, "contact"), state.context()
    with writing(state.db):
        remove_contact(state.db, number, context)
    return Reply(204) if context.switches.v1_delete == "204" else Reply(200, {"success": True})


def find(request: Request, state: State) -> Reply:
    """GET /api/contacts/search.json by one or more of q, reference, email, leaveDate."""
    email_rule = state.context().switches.v1_search_email
    conditions = [
        _condition(name, request.query[name], email_rule) for name in _PARAMETERS if name in request.query
    ]
    if not conditions:
        raise Refused(422, Problem("search", f"name one of {', '.join(_PARAMETERS)}"))
    return _list_reply(request, state, search.both(conditions, search.STANDING), may_be_empty=False)


def list_all(request: Request, state: State) -> Reply:
    """GET /api/contacts.json, which perhaps only some servers have."""
    if state.context().switches.v1_list == "no":
        raise Refused(405, Problem("method", "GET is not allowed here"), context="parameters")
    return _list_reply(request, state, search.STANDING, may_be_empty=True)


def _contact_reply(state: State, contact_id: int, status: int = 200) -> Reply:
    row = contacts.find(state.db, contact_id)
    if row is None:
        raise not_found("contact")
    return Reply(status, {"contact": v1_contacts(state.db, [row], state.context())[0]})


def _list_reply(request: Request, state: State, where: search.Where, *, may_be_empty: bool) -> Reply:
    context = state.context()
    requested = read_page(request.query, context.switches, "perPage")
    page = find_page(requested, state.total("contacts", where), context.switches)
    rows = search.page(state.db, "contacts", where, limit=page.limit, offset=page.offset)
    if not page.total and not may_be_empty and context.switches.v1_no_match != "empty":
        raise Refused(int(context.switches.v1_no_match), Problem("search", "no contact found"))
    return Reply(200, {"contacts": v1_contacts(state.db, rows, context), **v1_paging(page)})


def _condition(name: str, value: str, email_rule: str) -> search.Where:
    if not is_storable(value):
        raise Refused(422, Problem(name, "contains a character that is not allowed"))
    match name:
        case "q":
            return search.part_of(_SEARCHED_COLUMNS, value)
        case "reference":
            return search.compare("reference", "=", value)
        case "email" if email_rule == "part":
            return search.part_of(["email"], value)
        case "email":
            return search.same_text("email", value, fold=email_rule == "equal")
        case _ if is_date(value):
            return search.compare("leave_date", "=", value)
        case _:
            raise Refused(422, Problem(name, "is not a date such as 2026-12-31"))
