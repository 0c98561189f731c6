"""Contacts, version 1 (Evance help: Adding, Retrieving and Updating a Contact)."""

from reconcile.sandbox.messages import Reply, Request, read_envelope, read_id
from reconcile.sandbox.refusals import Problem, Refused, not_found
from reconcile.sandbox.rules.fields import is_date, is_storable
from reconcile.sandbox.state import State
from reconcile.sandbox.store import contacts, search
from reconcile.sandbox.store.connection import writing

from .contact_json import v1_contacts
from .contact_writes import add_contact, read_contact, remove_contact, update_contact
from .paging import Page, read_page, v1_paging

_ANYWHERE = ("first_name", "last_name", "email", "company", "reference")

_TERMS = ("q", "reference", "email", "leaveDate")


def add(call: Request, served: State) -> Reply:
    """POST /api/contacts.json."""
    payload, terms = read_envelope(call, "contact"), served.terms()
    with writing(served.db):
        draft = read_contact(payload, "v1", terms, adding=True)
        contact_id = add_contact(served.db, draft, "v1", terms)
        return _one(served, contact_id, 201)


def read(_call: Request, served: State, contact_id: str) -> Reply:
    """GET /api/contacts/{id}.json."""
    return _one(served, read_id(contact_id, "contact"))


def update(call: Request, served: State, contact_id: str) -> Reply:
    """POST or PUT /api/contacts/{id}.json; `accessRoles`, when sent, replaces every grant."""
    terms = served.terms()
    if terms.switches.update_method not in ("both", call.method):
        raise Refused(405, Problem("method", f"{call.method} is not allowed here"), context="parameters")
    number, payload = read_id(contact_id, "contact"), read_envelope(call, "contact")
    with writing(served.db):
        draft = read_contact(payload, "v1", terms, adding=False)
        update_contact(served.db, number, draft, "v1", terms)
        return _one(served, number)


def delete(_call: Request, served: State, contact_id: str) -> Reply:
    """DELETE /api/contacts/{id}.json."""
    number, terms = read_id(contact_id, "contact"), served.terms()
    with writing(served.db):
        remove_contact(served.db, number, terms)
    return Reply(204) if terms.switches.v1_delete == "204" else Reply(200, {"success": True})


def find(call: Request, served: State) -> Reply:
    """GET /api/contacts/search.json by one or more of q, reference, email, leaveDate."""
    email_rule = served.terms().switches.v1_search_email
    conditions = [_condition(name, call.query[name], email_rule) for name in _TERMS if name in call.query]
    if not conditions:
        raise Refused(422, Problem("search", f"name one of {', '.join(_TERMS)}"))
    return _many(call, served, search.both(conditions, search.STANDING), none_is_an_answer=False)


def every(call: Request, served: State) -> Reply:
    """GET /api/contacts.json, which only some servers may have."""
    if served.terms().switches.v1_list == "no":
        raise Refused(405, Problem("method", "GET is not allowed here"), context="parameters")
    return _many(call, served, search.STANDING, none_is_an_answer=True)


def _one(served: State, contact_id: int, status: int = 200) -> Reply:
    row = contacts.one(served.db, contact_id)
    if row is None:
        raise not_found("contact")
    return Reply(status, {"contact": v1_contacts(served.db, [row], served.terms())[0]})


def _many(call: Request, served: State, where: search.Where, *, none_is_an_answer: bool) -> Reply:
    terms = served.terms()
    wanted = read_page(call.query, terms.switches, "perPage")
    page = Page(wanted, served.total("contacts", where), terms.switches)
    rows = search.page(served.db, "contacts", where, limit=page.limit, offset=page.offset)
    if not page.total and not none_is_an_answer and terms.switches.v1_no_match != "empty":
        raise Refused(int(terms.switches.v1_no_match), Problem("search", "no contact found"))
    return Reply(200, {"contacts": v1_contacts(served.db, rows, terms), **v1_paging(page)})


def _condition(name: str, value: str, email_rule: str) -> search.Where:
    if not is_storable(value):
        raise Refused(422, Problem(name, "contains a character that is not allowed"))
    match name:
        case "q":
            return search.part_of(_ANYWHERE, value)
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
