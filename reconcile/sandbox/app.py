"""Where requests come in: read, delayed or spoilt as the faults will, answered, logged."""

import asyncio
import json
import socket
import struct
import sys
from ipaddress import ip_address
from time import perf_counter

from aiohttp import web

from .api import control
from .api.routes import answer, collapsed
from .faults.responses import delay, disturb_all, instead, less_a_row, resets, truncation
from .messages import Reply, Request, refusal
from .refusals import Problem, Refused
from .state import State
from .store import logs

_JSON = "application/json"

_to_json = json.JSONEncoder(separators=(",", ":")).encode

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class App:
    """Turns requests into calls and replies into responses; faults stand in between."""

    def __init__(self, served: State, *, verbose: bool) -> None:
        self._served = served
        self._verbose = verbose

    async def receive(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        try:
            call = await _read(request)
        except web.HTTPRequestEntityTooLarge:
            refused = Refused(413, Problem("body", "is too large"))
            return _response(refusal(_bare_call(request), refused))
        if call.path.startswith(control.PREFIX):
            return _response(self._answer_operator(request, call))
        return await self._receive(request, call)

    def _answer_operator(self, request: web.BaseRequest, call: Request) -> Reply:
        """The side door opens to this machine only."""
        if not ip_address(request.remote or "0.0.0.0").is_loopback:  # noqa: S104 - stands for unknown
            return refusal(call, Refused(404, Problem("path", "not found")))
        return control.answer(call, self._served)

    async def _receive(self, request: web.BaseRequest, call: Request) -> web.StreamResponse:
        began = perf_counter()
        striking = [one for one in self._served.faults if one.strikes(call.method, call.path)]
        if striking:
            await asyncio.sleep(delay(striking))
        spoilt = instead(striking, call, "before")
        if spoilt or resets(striking, "before"):
            return self._finish(request, call, spoilt, began)
        disturb_all(striking, call, self._served, "before")
        before = self._served.db.total_changes
        reply = answer(call, self._served)
        changed = self._served.db.total_changes != before and call.path.startswith("/api/")
        wrote = changed and reply.status < 400  # what is refused is rolled back
        disturb_all(striking, call, self._served, "after")
        self._note(call, reply.status, began, wrote=wrote)
        if resets(striking, "after"):
            return _cut(request)
        response = _response(instead(striking, call, "after") or less_a_row(striking, reply))
        return await _truncated(request, response, truncation(striking))

    def _finish(
        self, request: web.BaseRequest, call: Request, spoilt: Reply | None, began: float
    ) -> web.StreamResponse:
        """End a request that never reached the account."""
        self._note(call, spoilt.status if spoilt else 0, began, wrote=False)
        return _response(spoilt) if spoilt else _cut(request)

    def _note(self, call: Request, status: int, began: float, *, wrote: bool) -> None:
        self._served.note(logs.LoggedRequest(self._served.clock.now(), call.method, call.path, status, wrote))
        if self._verbose:
            spent = (perf_counter() - began) * 1000
            print(f"{call.method} {call.path!r} {status} {spent:.1f} ms", file=sys.stderr, flush=True)  # noqa: T201


async def _read(request: web.BaseRequest) -> Request:
    body = await request.read() if request.can_read_body else b""
    query = {name: request.query.getall(name)[-1] for name in request.query} if request.query_string else {}
    return Request(
        request.method, collapsed(request.path), query, request.headers, body, f"http://{request.host}"
    )


def _bare_call(request: web.BaseRequest) -> Request:
    return Request(request.method, collapsed(request.path), {}, request.headers, b"", "")


def _response(reply: Reply) -> web.Response:
    if isinstance(reply.body, bytes):
        return web.Response(
            status=reply.status, body=reply.body, content_type="text/html", headers=reply.headers
        )
    body = b"" if reply.body is None else _to_json(reply.body).encode()
    headers = {**reply.headers, "Content-Type": _JSON} if body else reply.headers
    return web.Response(status=reply.status, body=body or None, headers=headers)


def _cut(request: web.BaseRequest) -> web.Response:
    """Break the connection, so that the caller sees a reset and no answer."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
    return web.Response()


async def _truncated(request: web.BaseRequest, response: web.Response, how: str | None) -> web.StreamResponse:
    """Half of the answer: as a whole body that is no JSON, or (`how=wire`) cut off on the way."""
    whole = response.body
    if how is None or not isinstance(whole, bytes):
        return response
    half = whole[: len(whole) // 2]
    if how == "json":
        return web.Response(status=response.status, body=half, content_type=_JSON)
    cut = web.StreamResponse(status=response.status, headers={"Content-Type": _JSON})
    cut.content_length = len(whole)
    await cut.prepare(request)
    await cut.write(half)
    if request.transport is not None:
        request.transport.close()
    return cut
