"""Access roles (Evance help: List, Retrieve, Add, Update and Delete Access Roles)."""

from itertools import count
from typing import Any

from reconcile.sandbox.messages import Reply, Request, data_reply, read_envelope, read_id
from reconcile.sandbox.refusals import NOT_UNIQUE, PROTECTED, Problem, Refused, not_found
from reconcile.sandbox.rules.roles import read_role, reference_from_title, shown_role
from reconcile.sandbox.state import State
from reconcile.sandbox.store import roles, search
from reconcile.sandbox.store.connection import writing

from .filters import ROLE_FILTERS, read_filters
from .paging import find_page, read_page, v2_paging


def list_all(request: Request, state: State) -> Reply:
    """GET /api/v2/roles.json; filters match whole values in any case of letters."""
    switches = state.context().switches
    where = read_filters(request.query, ROLE_FILTERS, search.ALL)
    requested = read_page(request.query, switches, "limit")
    page = find_page(requested, state.total("roles", where), switches)
    rows = search.page(state.db, "roles", where, limit=page.limit, offset=page.offset)
    return data_reply([shown_role(row, switches.times) for row in rows], **v2_paging(page, request))


def read(_request: Request, state: State, role_id: str) -> Reply:
    """GET /api/v2/roles/{id}.json."""
    return _role_reply(state, read_id(role_id, "access role"))


def add(request: Request, state: State) -> Reply:
    """POST /api/v2/roles.json; a reference is made from the title when none is sent."""
    context, values = state.context(), read_role(read_envelope(request, "data"), adding=True)
    with writing(state.db):
        values.setdefault("reference", _free_reference(state, values["title"]))
        _refuse_taken(state, values, None)
        role_id = roles.add(state.db, {**values, "created": context.now, "modified": context.now})
        return _role_reply(state, role_id, 201)


def update(request: Request, state: State, role_id: str) -> Reply:
    """PUT /api/v2/roles/{id}.json, any part of the role."""
    number = read_id(role_id, "access role")
    values = read_role(read_envelope(request, "data"), adding=False)
    with writing(state.db):
        _refuse_protected(state, number)
        _refuse_taken(state, values, number)
        roles.change(state.db, number, {**values, "modified": state.context().now})
        return _role_reply(state, number)


def delete(_request: Request, state: State, role_id: str) -> Reply:
    """DELETE /api/v2/roles/{id}.json; grants of the role go with it."""
    number = read_id(role_id, "access role")
    with writing(state.db):
        _refuse_protected(state, number)
        roles.remove(state.db, number)
    return Reply(204)


def _role_reply(state: State, role_id: int, status: int = 200) -> Reply:
    return data_reply(shown_role(_row(state, role_id), state.context().switches.times), status)


def _row(state: State, role_id: int) -> dict[str, Any]:
    row = roles.find(state.db, role_id)
    if row is None:
        raise not_found("access role")
    return row


def _refuse_protected(state: State, role_id: int) -> None:
    if _row(state, role_id)["protected"]:
        raise Refused(403, Problem("id", "the access role is protected", PROTECTED), context="parameters")


def _refuse_taken(state: State, values: dict[str, Any], role_id: int | None) -> None:
    if "reference" in values and roles.reference_taken(state.db, values["reference"], role_id):
        raise Refused(422, Problem("reference", "is not unique", NOT_UNIQUE))


def _free_reference(state: State, title: str) -> str:
    references = (reference_from_title(title, number) for number in count(1))
    return next(reference for reference in references if not roles.reference_taken(state.db, reference))
