"""The operator's side door `/_sandbox/`: switches, faults, clock, outbox, request log, approvals.

It has no counterpart at Evance. Bodies and answers are JSON; it answers on loopback only.
"""

import re
from collections.abc import Callable
from typing import Any

from reconcile.sandbox.clock import from_atom, to_atom
from reconcile.sandbox.messages import Reply, Request, read_id, read_json, refusal
from reconcile.sandbox.options import SandboxError
from reconcile.sandbox.outside_changes import approve, reject, verify
from reconcile.sandbox.refusals import Problem, Refused
from reconcile.sandbox.state import State
from reconcile.sandbox.store import logs
from reconcile.sandbox.store.connection import writing
from reconcile.sandbox.store.settings import add_client, setting
from reconcile.sandbox.switches import Switches, profiles

from .tokens import SCOPES

PREFIX = "/_sandbox/"

_CONTACT = re.compile(r"/_sandbox/contacts/(\d+)/(?:(verify)|roles/([^/]+)/(approve|reject))", re.ASCII)

_LONGEST = 10**9  # seconds a clock can be advanced


def answer(call: Request, served: State) -> Reply:
    """Answer the operator; what cannot be done is a 4xx that says why."""
    try:
        served.refresh()
        handler = _HANDLERS.get((call.method, call.path))
        return handler(call, served) if handler else _contact(call, served)
    except SandboxError as error:
        return refusal(call, Refused(400, Problem("body", str(error))))
    except Refused as refused:
        return refusal(call, Refused(refused.status if refused.status != 422 else 400, *refused.problems))


def _state(_call: Request, served: State) -> Reply:
    return Reply(
        200,
        {
            "account": setting(served.db, "account"),
            "now": to_atom(served.clock.now()),
            "switches": served.switches.settings(),
            "profiles": profiles(),
            "faults": [one.fault.text for one in served.faults],
        },
    )


def _turn(call: Request, served: State) -> Reply:
    """PUT switches: {"profile": NAME, "switches": {NAME: SETTING}}, both optional."""
    body = _body(call)
    start = Switches.of(str(body["profile"])) if "profile" in body else served.switches
    turned = body.get("switches", {})
    if not isinstance(turned, dict):
        raise SandboxError("switches is an object of names and settings")
    served.turn(start.turned(turned))
    return _state(call, served)


def _arm(call: Request, served: State) -> Reply:
    """PUT faults: {"faults": [TEXT], "seed": NUMBER}; these are then the only ones."""
    body = _body(call)
    texts, seed = body.get("faults"), body.get("seed", 1)
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise SandboxError("faults is a list of texts such as status:code=503,p=0.1")
    if not isinstance(seed, int):
        raise SandboxError("seed is a whole number")
    served.arm(texts, seed)
    return _state(call, served)


def _set_clock(call: Request, served: State) -> Reply:
    """PUT clock: {"now": ATOM} stops it, {"advance": SECONDS} moves it, {} lets it run as at the start."""
    match _body(call):
        case {"now": str() as text}:
            served.clock.fix(_moment(text))
        case {"advance": int() as seconds} if abs(seconds) <= _LONGEST:
            served.clock.advance(seconds)
        case {**rest} if not rest:
            served.clock.release()
        case _:
            raise SandboxError("the clock takes now (an ATOM date-time), advance (seconds), or nothing")
    return _state(call, served)


def _moment(text: str) -> int:
    try:
        return from_atom(text)
    except ValueError:
        raise SandboxError(
            f"now is an ATOM date-time such as 2026-11-23T09:00:00+00:00, not {text!r}"
        ) from None


def _requests(_call: Request, served: State) -> Reply:
    served.flush()
    return Reply(200, {"requests": logs.requests(served.db)})


def _outbox(_call: Request, served: State) -> Reply:
    return Reply(200, {"outbox": logs.outbox(served.db)})


def _forget(table: logs.Log) -> Callable[[Request, State], Reply]:
    def forget(_call: Request, served: State) -> Reply:
        served.flush()
        with writing(served.db):
            logs.forget(served.db, table)
        return Reply(204)

    return forget


def _new_client(call: Request, served: State) -> Reply:
    """POST clients: {"scopes": "contacts.readonly roles.readonly"} gives credentials for just these."""
    scopes = _body(call).get("scopes")
    if not isinstance(scopes, str) or not SCOPES.issuperset(scopes.split()):
        raise SandboxError("scopes is a text such as contacts.readonly roles.readonly")
    with writing(served.db):
        client_id, private_key = add_client(served.db, scopes)
    return Reply(201, {"client_id": client_id, "private_key": private_key, "scopes": scopes})


def _contact(call: Request, served: State) -> Reply:
    """POST contacts/ID/verify, or contacts/ID/roles/REFERENCE/approve (or reject)."""
    match = _CONTACT.fullmatch(call.path)
    if match is None or call.method != "POST":
        raise Refused(404, Problem("path", "not found"))
    number, verifying, reference, verdict = match.groups()
    contact_id, now = read_id(number, "contact"), served.clock.now()
    with writing(served.db):
        if verifying:
            verify(served.db, contact_id, now)
        else:
            (approve if verdict == "approve" else reject)(served.db, contact_id, reference, now)
    return Reply(204)


def _body(call: Request) -> dict[str, Any]:
    return read_json(call.body) if call.body else {}


_HANDLERS: dict[tuple[str, str], Callable[[Request, State], Reply]] = {
    ("GET", "/_sandbox/"): _state,
    ("PUT", "/_sandbox/switches"): _turn,
    ("PUT", "/_sandbox/faults"): _arm,
    ("PUT", "/_sandbox/clock"): _set_clock,
    ("GET", "/_sandbox/requests"): _requests,
    ("DELETE", "/_sandbox/requests"): _forget("requests"),
    ("GET", "/_sandbox/outbox"): _outbox,
    ("DELETE", "/_sandbox/outbox"): _forget("outbox"),
    ("DELETE", "/_sandbox/tokens"): _forget("tokens"),
    ("POST", "/_sandbox/clients"): _new_client,
}
