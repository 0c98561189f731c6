"""The way of a request: it is read, delayed or spoilt by faults, answered and logged."""

import asyncio
import json
import socket
import struct
import sys
from ipaddress import ip_address
from time import perf_counter

from aiohttp import web

from . import control
from .api.routes import answer, collapsed
from .callers import refuse_pages
from .faults import armed as faults
from .faults.specification import ArmedFault
from .messages import ABSENT, Reply, Request, refusal
from .options import Options
from .refusals import Problem, Refused
from .state import State
from .store.logs import LoggedRequest

_JSON = "application/json"

_to_json = json.JSONEncoder(separators=(",", ":")).encode

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class App:
    """Turns requests of aiohttp into ours, and our replies into its responses; faults come in between."""

    def __init__(self, state: State, options: Options) -> None:
        self._state = state
        self._host = options.host
        self._verbose = options.verbose

    async def receive(self, http_request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        try:
            refuse_pages(http_request, self._host)
            request = await _read(http_request)
        except Refused as error:
            return _response(refusal(_without_body(http_request), error))
        except web.HTTPRequestEntityTooLarge:
            refused = Refused(413, Problem("body", "is too large"))
            return _response(refusal(_without_body(http_request), refused))
        if request.path.startswith(control.PREFIX):
            return _response(self._answer_operator(http_request, request))
        return await self._answer_caller(http_request, request)

    def _answer_operator(self, http_request: web.BaseRequest, request: Request) -> Reply:
        """The control door opens to this machine only."""
        if not ip_address(http_request.remote or "0.0.0.0").is_loopback:  # noqa: S104 - stands for unknown
            return refusal(request, Refused(404, Problem("path", "not found")))
        return control.answer(request, self._state)

    async def _answer_caller(self, http_request: web.BaseRequest, request: Request) -> web.StreamResponse:
        began = perf_counter()
        striking = [armed for armed in self._state.faults if armed.strikes(request.method, request.path)]
        if striking:
            await asyncio.sleep(faults.delay(striking))
        reply = faults.replacement(striking, request, "before")
        if reply or faults.cuts(striking, "before"):
            self._log(request, reply.status if reply else 0, began, wrote=False)
            return _response(faults.rewritten(striking, reply)) if reply else _cut(http_request)
        reply = self._ask_account(request, striking, began)
        if faults.cuts(striking, "after"):
            return _cut(http_request)
        told = faults.replacement(striking, request, "after") or reply
        spoilt = faults.rewritten(striking, told)
        return await _truncated(http_request, _response(spoilt), faults.truncation(striking))

    def _ask_account(self, request: Request, striking: list[ArmedFault], began: float) -> Reply:
        """The account's answer, logged; faults may disturb the account before and after it."""
        state = self._state
        faults.disturb(striking, request, state.db, state.context, "before")
        changes_before = state.db.total_changes
        reply = answer(request, state)
        changed = state.db.total_changes != changes_before and request.path.startswith("/api/")
        wrote = changed and reply.status < 400  # what is refused is rolled back
        faults.disturb(striking, request, state.db, state.context, "after")
        self._log(request, reply.status, began, wrote=wrote)
        return reply

    def _log(self, request: Request, status: int, began: float, *, wrote: bool) -> None:
        self._state.log(LoggedRequest(self._state.clock.now(), request.method, request.path, status, wrote))
        if self._verbose:
            milliseconds = (perf_counter() - began) * 1000
            line = f"{request.method} {request.path!r} {status} {milliseconds:.1f} ms"
            print(line, file=sys.stderr, flush=True)  # noqa: T201


async def _read(http_request: web.BaseRequest) -> Request:
    """Read a request in whole; of a repeated query parameter, the last value counts."""
    body = await http_request.read() if http_request.can_read_body else b""
    query = dict(http_request.query.items()) if http_request.query_string else {}
    path, base = collapsed(http_request.path), f"http://{http_request.host}"
    return Request(http_request.method, path, query, http_request.headers, body, base)


def _without_body(http_request: web.BaseRequest) -> Request:
    path = collapsed(http_request.path)
    return Request(http_request.method, path, {}, http_request.headers, b"", "")


class _Response(web.Response):
    """A response without the headers that are `ABSENT`; aiohttp itself adds a `Date` to every one."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        for name in [name for name, value in self.headers.items() if value == ABSENT]:
            del self.headers[name]


def _response(reply: Reply) -> web.Response:
    if isinstance(reply.body, bytes):
        return _Response(
            status=reply.status, body=reply.body, content_type="text/html", headers=reply.headers
        )
    body = b"" if reply.body is None else _to_json(reply.body).encode()
    headers = {**reply.headers, "Content-Type": _JSON} if body else reply.headers
    return _Response(status=reply.status, body=body or None, headers=headers)


def _cut(http_request: web.BaseRequest) -> web.Response:
    """Break the connection, so that the caller sees a reset and no answer."""
    transport = http_request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
    return web.Response()


async def _truncated(
    http_request: web.BaseRequest, response: web.Response, how: str | None
) -> web.StreamResponse:
    """Half of the answer: as a whole body that is no JSON, or (`how=wire`) cut off on its way."""
    whole = response.body
    if how is None or not isinstance(whole, bytes):
        return response
    half = whole[: len(whole) // 2]
    if how == "json":
        return web.Response(status=response.status, body=half, content_type=_JSON)
    cut_off = web.StreamResponse(status=response.status, headers={"Content-Type": _JSON})
    cut_off.content_length = len(whole)
    await cut_off.prepare(http_request)
    await cut_off.write(half)
    if http_request.transport is not None:
        http_request.transport.close()
    return cut_off
