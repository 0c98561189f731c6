"""What a handler receives and returns: requests, read in whole, and replies. No HTTP library."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .refusals import Problem, Refused, error_body

_ID = re.compile(r"[0-9]{1,18}", re.ASCII)


ABSENT = ""
"""The value of a header that is not sent, although every answer has it by itself."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request, read in whole; `base` is the URL by which the caller reached the sandbox."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `body` is JSON data, or bytes of an HTML page; None is an empty body."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def read_json(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; raises Refused (400) for anything else."""
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Refused(400, Problem("body", "is not valid JSON")) from None
    if not isinstance(value, dict):
        raise Refused(400, Problem("body", "must be a JSON object"))
    return value


def read_envelope(request: Request, key: str) -> dict[str, Any]:
    """The object under the body's one key (`contact` in v1, `data` in v2); raises Refused (400, 422)."""
    value = read_json(request.body).get(key)
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


def refusal(request: Request, refused: Refused) -> Reply:
    """The error answer to a request."""
    return Reply(refused.status, error_body(request.path, refused))


def _refuse_constant(name: str) -> float:
    """Refuse `NaN` and `Infinity`, which Python reads and JSON does not have."""
    raise ValueError(name)
