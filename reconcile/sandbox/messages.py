"""What a handler is given and what it gives back; envelopes of errors."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .refusals import Problem, Refused

_ID = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """A request, read whole; `base` is the URL the caller reached us by."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; a `body` of None is an empty one."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def read_json(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; raises Refused (400) when it is none."""
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(400, Problem("body", "is not valid JSON")) from None
    if not isinstance(value, dict):
        raise Refused(400, Problem("body", "must be a JSON object"))
    return value


def read_envelope(call: Request, key: str) -> dict[str, Any]:
    """The object under the body's one key (`contact` in v1, `data` in v2); raises Refused (400, 422)."""
    value = read_json(call.body).get(key)
    if not isinstance(value, dict):
        raise Refused(422, Problem(key, "must be an object"))
    return value


def read_id(text: str, what: str) -> int:
    """An id in a URL; raises Refused: 400 when it is missing, 404 when it can be no id."""
    if not text:
        raise Refused(400, Problem("id", "is missing"), context="parameters")
    if not _ID.fullmatch(text):
        raise Refused(404, Problem("id", f"{what} not found"), context="parameters")
    return int(text)


def data_reply(data: Any, status: int = 200, **more: Any) -> Reply:
    """The v2 envelope of a success."""
    return Reply(status, {"success": True, "status": status, "data": data, **more})


def refusal(call: Request, refused: Refused) -> Reply:
    """The error answer in the envelope of the version that was called."""
    if call.path.startswith("/api/v2/"):
        return Reply(refused.status, _v2_errors(refused))
    return Reply(refused.status, _v1_errors(refused))


def _v2_errors(refused: Refused) -> dict[str, Any]:
    """Evance help, Add a Webhook: `context` is `data` (the body) or `parameters` (the URL)."""
    errors = [{"name": one.name, "message": one.message, "ref": one.ref} for one in refused.problems]
    return {"success": False, "status": refused.status, "context": refused.context, "errors": errors}


def _v1_errors(refused: Refused) -> dict[str, Any]:
    """v1 names the envelope, then the field, then its messages; other failures have one message."""
    if refused.status != 422 or refused.context == "parameters":
        text = "; ".join(f"{one.name} {one.message}" for one in refused.problems)
        return {"success": False, "status": refused.status, "message": text}
    messages: dict[str, list[str]] = {}
    for one in refused.problems:
        messages.setdefault(one.name, []).append(one.message)
    return {"contact": messages}


def _no_constant(name: str) -> float:
    raise ValueError(name)
