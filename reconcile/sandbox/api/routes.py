"""The table of endpoints, and what is checked before a handler is called: token, scope, verb."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from reconcile.sandbox.messages import Reply, Request, read_json, refusal
from reconcile.sandbox.refusals import NOT_UNIQUE, Problem, Refused
from reconcile.sandbox.state import State
from reconcile.sandbox.store.connection import reading

from . import contacts_v1, contacts_v2, roles, tokens

Handler = Callable[..., Reply]

_SLASHES = re.compile(r"/{2,}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path, the scope that it needs, and a handler for each verb."""

    pattern: re.Pattern[str]
    resource: str | None
    verbs: Mapping[str, Handler]


def _endpoint(path: str, resource: str | None, **verbs: Handler) -> Endpoint:
    pattern = path.replace(".", r"\.").replace("{id}", "([^/]*)")
    return Endpoint(re.compile(pattern), resource, verbs)


def _welcome(_request: Request, _state: State) -> Reply:
    """GET /api/index.json."""
    return Reply(200, {"message": "Welcome to the Evance API"})


ENDPOINTS = (
    _endpoint("/api/index.json", None, GET=_welcome),
    _endpoint("/api/contacts.json", "contacts", GET=contacts_v1.list_all, POST=contacts_v1.add),
    _endpoint("/api/contacts/search.json", "contacts", GET=contacts_v1.find),
    _endpoint(
        "/api/contacts/{id}.json", "contacts",
        GET=contacts_v1.read, POST=contacts_v1.update, PUT=contacts_v1.update, DELETE=contacts_v1.delete,
    ),
    _endpoint("/api/v2/contacts.json", "contacts", GET=contacts_v2.list_all, POST=contacts_v2.add),
    _endpoint(
        "/api/v2/contacts/{id}.json", "contacts",
        GET=contacts_v2.read, PUT=contacts_v2.update, DELETE=contacts_v2.delete,
    ),
    _endpoint("/api/v2/roles.json", "roles", GET=roles.list_all, POST=roles.add),
    _endpoint("/api/v2/roles/{id}.json", "roles", GET=roles.read, PUT=roles.update, DELETE=roles.delete),
)  # fmt: skip


def collapsed(path: str) -> str:
    """The path with doubled slashes as one: the official client makes `/api//contacts.json`."""
    return _SLASHES.sub("/", path)


def answer(request: Request, state: State) -> Reply:
    """Answer a request. Every request gets an answer, never an exception."""
    try:
        with reading(state.db) if request.method == "GET" else nullcontext():
            state.refresh()
            return _dispatch(request, state)
    except Refused as refused:
        return refusal(request, refused)
    except sqlite3.IntegrityError:
        return refusal(request, Refused(422, Problem("data", "breaks a rule of the account", NOT_UNIQUE)))
    except sqlite3.OperationalError:
        busy = refusal(request, Refused(503, Problem("server", "is busy")))
        return Reply(busy.status, busy.body, {"Retry-After": "1"})


def _dispatch(request: Request, state: State) -> Reply:
    if request.path in tokens.PATHS:
        return tokens.issue(request, state) if request.method == "POST" else _wrong_verb(["POST"], request)
    if not request.path.startswith("/api/"):
        raise Refused(404, Problem("path", "not found"), context="parameters")
    endpoint, ids = _find(request.path)
    denied = tokens.denied(request, state, endpoint.resource if endpoint else None)
    if denied:
        return denied
    if endpoint is None:
        raise Refused(404, Problem("path", "not found"), context="parameters")
    handler = endpoint.verbs.get(request.method)
    if handler is None:
        return _wrong_verb(sorted(endpoint.verbs), request)
    return _out_of_scope(request, state) or handler(request, state, *ids)


def _find(path: str) -> tuple[Endpoint | None, tuple[str, ...]]:
    for endpoint in ENDPOINTS:
        match = endpoint.pattern.fullmatch(path)
        if match:
            return endpoint, match.groups()
    return None, ()


def _wrong_verb(allowed: list[str], request: Request) -> Reply:
    problem = Problem("method", f"{request.method} is not allowed here")
    reply = refusal(request, Refused(405, problem, context="parameters"))
    return Reply(405, reply.body, {"Allow": ", ".join(allowed)})


def _out_of_scope(request: Request, state: State) -> Reply | None:
    """A 403 where writing grants needs the scope `roles` and the token lacks it."""
    writes = request.method in ("POST", "PUT") and b"accessRoles" in request.body
    if not writes or state.switches.grant_scope == "contacts" or not tokens.lacks(request, state, "roles"):
        return None
    body: Any = read_json(request.body)
    contact = body.get("contact", body.get("data"))
    if not isinstance(contact, dict) or "accessRoles" not in contact:
        return None
    return tokens.forbidden("roles", state.switches)
