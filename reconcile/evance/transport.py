"""A request to Evance and its answer, and how the two go over HTTP. Nothing is repeated here."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from reconcile.errors import Unreachable
from reconcile.http.messages import HttpRequest, HttpResponse, TransportFailure, TransportSettings
from reconcile.http.transport import HttpTransport

from .connection import Connection

TOKEN_PATHS = ("/admin/oauth/token.json", "/admin/oauth/token")
"""Where a token is asked for: as the help pages say, and as the official clients do."""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request. ``action`` and ``scope`` are words for a person, should it fail.

    A request is to be ``send_once`` when a wait may make its body wrong, as an update that replaces all
    roles: it goes out in its turn or not at all. A request may ``reserve_next`` for one that is to be sent
    once, so that the turns of the two follow each other. What is ``signed`` for the form is made anew by each
    try. ``decode`` makes more of the bytes of a success than JSON is, and gives None for those that it does
    not know.
    """

    method: str
    path: str
    action: str
    scope: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    signed: Callable[[], Mapping[str, str]] | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    send_once: bool = False
    reserve_next: bool = False
    decode: Callable[[bytes], object | None] | None = None

    @property
    def writes(self) -> bool:
        """True when the request may change something, so that it must never be repeated blindly."""
        return self.method != "GET" and self.path not in TOKEN_PATHS

    def with_token(self, token: str) -> "ApiRequest":
        """The same request with that token."""
        return replace(self, token=token)


class NoJson(Enum):
    """Stands for a body that is not JSON."""

    EMPTY = "empty"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """An answer: ``body`` is its JSON or NoJson, ``headers`` are without regard to case.

    The body is ``decoded`` where it is what the request makes of it instead.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: object = field(repr=False)
    decoded: bool = False

    @property
    def succeeded(self) -> bool:
        """True for the 2xx."""
        return 200 <= self.status < 300

    @property
    def may_have_applied(self) -> bool:
        """True when a server or a gateway says that it failed: the request may have been carried out.

        408, 425 and 499 come from a gateway that gave up waiting, which does not know what became of it.
        """
        return self.status >= 500 or self.status in (408, 425, 499)

    @property
    def kept_by_cache(self) -> bool:
        """True when a cache gave the answer, some seconds after the server had (RFC 9111, 5.1)."""
        return self.headers.get("Age", "0").strip() != "0"

    @property
    def counted(self) -> bool:
        """True when the server took the request within its limit, whatever it made of it."""
        return self.status < 500 and self.status != 429

    @property
    def asks_to_wait(self) -> bool:
        """True when all workers should send less for a while."""
        return self.status == 429 or "Retry-After" in self.headers


def decode_json(content: bytes) -> object:
    """The JSON of a body, or NoJson. A value: the decoder's own exception would hold the body."""
    try:
        return json.loads(content) if content.strip() else NoJson.EMPTY
    except (ValueError, RecursionError):
        return NoJson.OTHER


class Transport:
    """Sends to one account. A transport that may not write refuses to."""

    def __init__(self, connection: Connection, *, may_write: bool) -> None:
        self._base_url = connection.base_url
        self._http = HttpTransport(connection.base_url, transport_settings(connection, may_write=may_write))

    def send(self, request: ApiRequest) -> ApiResponse | TransportFailure:
        """Send once. ReconcileError: a write on a transport that may only read."""
        response = self._http.send(
            HttpRequest(
                request.method,
                self._base_url + request.path,
                params=request.params,
                headers=_headers(request),
                data=_content(request),
            )
        )
        if isinstance(response, TransportFailure):
            return response
        return _answer(request, response)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()


def _answer(request: ApiRequest, response: HttpResponse) -> ApiResponse:
    status, content = response.status, response.content
    decoded = request.decode(content) if request.decode is not None and status // 100 == 2 else None
    body = decode_json(content) if decoded is None else decoded
    return ApiResponse(status, response.headers, body, decoded is not None)


def transport_settings(connection: Connection, *, may_write: bool) -> TransportSettings:
    """The limits of a connection; without ``may_write`` no write passes but the request for a token."""
    return TransportSettings(
        response_size=connection.answer_size,
        connect_timeout=connection.connect_timeout,
        read_timeout=connection.read_timeout,
        response_timeout=connection.answer_timeout,
        use_proxies=not connection.loopback,
        certificates=trusted_certificates,
        read_only_but=None if may_write else TOKEN_PATHS,
    )


def trusted_certificates() -> str | bool:
    """The file of trusted certificates that the environment names, else True: those of the library."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        if path := os.environ.get(name):
            if not Path(path).exists():
                raise Unreachable(f"{name} names a file that does not exist: correct or unset it")
            return path
    return True


def _content(request: ApiRequest) -> bytes | Mapping[str, str] | None:
    if request.body is not None:
        return json.dumps(request.body, ensure_ascii=False, separators=(",", ":")).encode()
    return request.form if request.signed is None else {**(request.form or {}), **request.signed()}


def _headers(request: ApiRequest) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}  # the Date of an answer tells the time, so it must be fresh
    if request.token is not None:
        headers["Authorization"] = f"Bearer {request.token}"
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    return headers
