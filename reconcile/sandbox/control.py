"""The operator's control door `/_sandbox/`: switches, faults, clock, logs, and changes outside the API.

It has no counterpart at Evance. Bodies and answers are JSON; it answers on loopback only.
"""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

from . import inspect, outside_changes
from .api.tokens import SCOPES
from .clock import from_atom, to_atom
from .messages import Reply, Request, read_id, read_json, refusal
from .options import SandboxError
from .refusals import Problem, Refused
from .state import State
from .store import logs, settings
from .store.connection import reading, writing
from .switches import Switches, profiles

PREFIX = "/_sandbox/"

_MOST_SECONDS = 10**9
"""Maximum number of seconds by which the clock can be advanced."""

_EDITS = tuple(key.name for key in fields(outside_changes.Edit))

Handler = Callable[..., Reply]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A verb and a path below the prefix; its id and reference are handed to the handler as texts."""

    verb: str
    path: str
    pattern: re.Pattern[str]
    handler: Handler


def _endpoint(verb: str, path: str, handler: Handler) -> Endpoint:
    pattern = path.replace("{id}", r"(\d+)").replace("{reference}", "([^/]+)")
    return Endpoint(verb, path, re.compile(re.escape(PREFIX) + pattern, re.ASCII), handler)


def answer(request: Request, state: State) -> Reply:
    """Answer the operator; what cannot be done is a 4xx that says why."""
    try:
        state.refresh()
        return _dispatch(request, state)
    except SandboxError as error:
        return refusal(request, Refused(400, Problem("body", str(error))))
    except sqlite3.IntegrityError:
        return refusal(request, Refused(400, Problem("body", "breaks a rule of the account")))
    except Refused as refused:
        return refusal(request, Refused(refused.status if refused.status != 422 else 400, *refused.problems))


def _dispatch(request: Request, state: State) -> Reply:
    for endpoint in ENDPOINTS:
        match = endpoint.pattern.fullmatch(request.path) if endpoint.verb == request.method else None
        if match:
            return endpoint.handler(request, state, *match.groups())
    raise Refused(404, Problem("path", "not found"))


def _show_state(_request: Request, state: State) -> Reply:
    return Reply(
        200,
        {
            "account": settings.setting(state.db, "account"),
            "now": to_atom(state.clock.now()),
            "switches": state.switches.settings(),
            "profiles": profiles(),
            "faults": [armed.text for armed in state.faults],
        },
    )


def _turn_switches(request: Request, state: State) -> Reply:
    """PUT switches: {"profile": NAME, "switches": {NAME: SETTING}}, both optional."""
    body = _body(request)
    start = Switches.of(str(body["profile"])) if "profile" in body else state.switches
    turned = body.get("switches", {})
    if not isinstance(turned, dict):
        raise SandboxError("switches is an object of names and settings")
    state.turn(start.turned(turned))
    return _show_state(request, state)


def _arm_faults(request: Request, state: State) -> Reply:
    """PUT faults: {"faults": [TEXT], "seed": NUMBER} disarms all others."""
    body = _body(request)
    texts, seed = body.get("faults"), body.get("seed", 1)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise SandboxError("faults is a list of texts such as status:code=503,p=0.1")
    if not isinstance(seed, int):
        raise SandboxError("seed is a whole number")
    state.arm(texts, seed)
    return _show_state(request, state)


def _set_clock(request: Request, state: State) -> Reply:
    """PUT clock: {"now": ATOM} stops it, {"advance": SECONDS} moves it, {} lets it run as at the start."""
    match _body(request):
        case {"now": str() as text}:
            state.clock.fix(_read_instant("now", text))
        case {"advance": int() as seconds} if abs(seconds) <= _MOST_SECONDS:
            state.clock.advance(seconds)
        case {**keys} if not keys:
            state.clock.release()
        case _:
            raise SandboxError("the clock takes now (an ATOM date-time), advance (seconds), or nothing")
    return _show_state(request, state)


def _read_instant(key: str, text: str) -> int:
    try:
        return from_atom(text)
    except ValueError:
        raise SandboxError(
            f"{key} is an ATOM date-time such as 2026-11-23T09:00:00+00:00, not {text!r}"
        ) from None


def _show_part(part: str) -> Handler:
    """GET a part of the account: {PART: [ROW, ...]}, as `sandbox.show` returns it."""

    def show_part(_request: Request, state: State) -> Reply:
        state.flush()
        with reading(state.db):
            return Reply(200, {part: inspect.PARTS[part](state.db)})

    return show_part


def _show_contact(_request: Request, state: State, contact_id: str) -> Reply:
    try:
        return Reply(200, {"contact": inspect.contact(state.db, contact_id)})
    except SandboxError as error:
        raise Refused(404, Problem("id", str(error))) from None


def _show_tokens(_request: Request, state: State) -> Reply:
    return Reply(200, {"tokens": settings.tokens(state.db)})


def _clear(log: logs.Log) -> Handler:
    def clear(_request: Request, state: State) -> Reply:
        state.flush()
        with writing(state.db):
            logs.clear(state.db, log)
        return Reply(204)

    return clear


def _add_client(request: Request, state: State) -> Reply:
    """POST clients: {"scopes": "contacts.readonly roles.readonly"} gives credentials for just these."""
    scopes = _body(request).get("scopes")
    if not isinstance(scopes, str) or not SCOPES.issuperset(scopes.split()):
        raise SandboxError("scopes is a text such as contacts.readonly roles.readonly")
    with writing(state.db):
        client = settings.add_client(state.db, scopes)
    return Reply(201, asdict(client))


def _verify(_request: Request, state: State, contact_id: str) -> Reply:
    with writing(state.db):
        outside_changes.verify(state.db, read_id(contact_id, "contact"), state.context())
    return Reply(204)


def _approve(_request: Request, state: State, contact_id: str, reference: str) -> Reply:
    with writing(state.db):
        number = read_id(contact_id, "contact")
        outside_changes.approve(state.db, number, reference, state.context())
    return Reply(204)


def _reject(_request: Request, state: State, contact_id: str, reference: str) -> Reply:
    with writing(state.db):
        number = read_id(contact_id, "contact")
        outside_changes.reject(state.db, number, reference, state.context())
    return Reply(204)


def _edit(request: Request, state: State, contact_id: str) -> Reply:
    """PATCH contacts/ID: {KEY: TEXT} of an `Edit`, all optional; `expires` is an ATOM date-time."""
    body = _body(request)
    if not set(body).issubset(_EDITS) or not all(isinstance(text, str) for text in body.values()):
        raise SandboxError(f"an edit is an object of texts; it has {', '.join(_EDITS)}")
    expires = {"expires": _read_instant("expires", body["expires"])} if body.get("expires") else {}
    with writing(state.db):
        changes = outside_changes.Edit(**{**body, "expires": None, **expires})
        outside_changes.edit(state.db, read_id(contact_id, "contact"), changes, state.context())
    return Reply(204)


def _register(request: Request, state: State) -> Reply:
    """POST contacts: {"email": TEXT}, and {"moved_to": TEXT} for who has that address so far."""
    body = _body(request)
    email, moved_to = body.get("email"), body.get("moved_to", "")
    if not isinstance(email, str) or not isinstance(moved_to, str) or not email:
        raise SandboxError("somebody who registers is an object of texts; it has email, moved_to")
    with writing(state.db):
        added = outside_changes.take_over(state.db, email, moved_to, state.context())
    return Reply(201, {"id": str(added)})


def _remove(_request: Request, state: State, contact_id: str) -> Reply:
    with writing(state.db):
        outside_changes.remove(state.db, read_id(contact_id, "contact"), state.context())
    return Reply(204)


def _body(request: Request) -> dict[str, Any]:
    return read_json(request.body) if request.body else {}


ENDPOINTS = (
    _endpoint("GET", "", _show_state),
    _endpoint("PUT", "switches", _turn_switches),
    _endpoint("PUT", "faults", _arm_faults),
    _endpoint("PUT", "clock", _set_clock),
    *(_endpoint("GET", part, _show_part(part)) for part in inspect.PARTS),
    _endpoint("DELETE", "requests", _clear("requests")),
    _endpoint("DELETE", "changes", _clear("changes")),
    _endpoint("DELETE", "outbox", _clear("outbox")),
    _endpoint("GET", "tokens", _show_tokens),
    _endpoint("DELETE", "tokens", _clear("tokens")),
    _endpoint("POST", "clients", _add_client),
    _endpoint("POST", "contacts", _register),
    _endpoint("GET", "contacts/{id}", _show_contact),
    _endpoint("PATCH", "contacts/{id}", _edit),
    _endpoint("DELETE", "contacts/{id}", _remove),
    _endpoint("POST", "contacts/{id}/verify", _verify),
    _endpoint("POST", "contacts/{id}/roles/{reference}/approve", _approve),
    _endpoint("POST", "contacts/{id}/roles/{reference}/reject", _reject),
)
