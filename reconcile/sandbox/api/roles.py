"""Access roles (Evance help: List, Retrieve, Add, Update and Delete Access Roles)."""

from itertools import count
from typing import Any

from reconcile.sandbox.messages import Reply, Request, data_reply, read_envelope, read_id
from reconcile.sandbox.refusals import NOT_UNIQUE, PROTECTED, Problem, Refused, not_found
from reconcile.sandbox.rules.roles import made_reference, read_role, shown_role
from reconcile.sandbox.state import State
from reconcile.sandbox.store import roles, search
from reconcile.sandbox.store.connection import writing

from .filters import ROLE_FILTERS, read_filters
from .paging import Page, read_page, v2_paging


def every(call: Request, served: State) -> Reply:
    """GET /api/v2/roles.json; filters match whole values, whatever the case of letters."""
    switches = served.terms().switches
    where = read_filters(call.query, ROLE_FILTERS, search.ALL)
    wanted = read_page(call.query, switches, "limit")
    page = Page(wanted, served.total("roles", where), switches)
    rows = search.page(served.db, "roles", where, limit=page.limit, offset=page.offset)
    return data_reply([shown_role(row, switches.times) for row in rows], **v2_paging(page, call))


def read(_call: Request, served: State, role_id: str) -> Reply:
    """GET /api/v2/roles/{id}.json."""
    return _one(served, read_id(role_id, "access role"))


def add(call: Request, served: State) -> Reply:
    """POST /api/v2/roles.json; a reference is made from the title when none is sent."""
    terms, values = served.terms(), read_role(read_envelope(call, "data"), adding=True)
    with writing(served.db):
        values.setdefault("reference", _free_reference(served, values["title"]))
        _refuse_taken(served, values, None)
        role_id = roles.add(served.db, {**values, "created": terms.now, "modified": terms.now})
        return _one(served, role_id, 201)


def update(call: Request, served: State, role_id: str) -> Reply:
    """PUT /api/v2/roles/{id}.json, any part of the role."""
    number = read_id(role_id, "access role")
    values = read_role(read_envelope(call, "data"), adding=False)
    with writing(served.db):
        _changeable(served, number)
        _refuse_taken(served, values, number)
        roles.change(served.db, number, {**values, "modified": served.terms().now})
        return _one(served, number)


def delete(_call: Request, served: State, role_id: str) -> Reply:
    """DELETE /api/v2/roles/{id}.json; grants of the role go with it."""
    number = read_id(role_id, "access role")
    with writing(served.db):
        _changeable(served, number)
        roles.remove(served.db, number)
    return Reply(204)


def _one(served: State, role_id: int, status: int = 200) -> Reply:
    return data_reply(shown_role(_row(served, role_id), served.terms().switches.times), status)


def _row(served: State, role_id: int) -> dict[str, Any]:
    row = roles.one(served.db, role_id)
    if row is None:
        raise not_found("access role")
    return row


def _changeable(served: State, role_id: int) -> None:
    if _row(served, role_id)["protected"]:
        raise Refused(403, Problem("id", "the access role is protected", PROTECTED), context="parameters")


def _refuse_taken(served: State, values: dict[str, Any], role_id: int | None) -> None:
    if "reference" in values and roles.taken(served.db, values["reference"], role_id):
        raise Refused(422, Problem("reference", "is not unique", NOT_UNIQUE))


def _free_reference(served: State, title: str) -> str:
    made = (made_reference(title, number) for number in count(1))
    return next(one for one in made if not roles.taken(served.db, one))
