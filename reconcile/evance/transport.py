"""The wire itself: one request out, one answer or one kind of silence back. Nothing is repeated here.

What went wrong comes back as a value, never as an exception: the exceptions of an HTTP library carry the
request with its token and body, and a traceback would show them.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any

from .connection import Connection

if TYPE_CHECKING:
    from requests import Session


TOKEN_PATHS = ("/admin/oauth/token.json", "/admin/oauth/token")
"""Where a token is asked for: as the help pages say, and as the official clients do."""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request. ``doing`` and ``scope`` are words for a person, should it fail.

    A request ``ages`` when what it says was true when it was made and may not be after a wait: an update that
    replaces all roles. It goes out in its turn and once, or not at all. A request ``leads`` when one that
    ages is to follow it, so that their turns lie side by side.
    """

    method: str
    path: str
    doing: str
    scope: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    ages: bool = False
    leads: bool = False

    @property
    def writes(self) -> bool:
        """True when the request may change something, so that it must never be repeated blindly."""
        return self.method != "GET" and self.path not in TOKEN_PATHS

    def bearing(self, token: str) -> "ApiRequest":
        """The same request with that token."""
        return replace(self, token=token)


class NoJson(Enum):
    """What stands for a body that is not JSON."""

    EMPTY = "empty"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """What came back: ``body`` is its JSON or NoJson, ``headers`` is without regard to case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: object = field(repr=False)

    @property
    def succeeded(self) -> bool:
        """True for the 2xx."""
        return 200 <= self.status < 300

    @property
    def unsure(self) -> bool:
        """True for what a server or a gateway says when it has failed: the request may have been carried out.

        408, 425 and 499 come from a gateway that gave up waiting, not from who knows what became of it.
        """
        return self.status >= 500 or self.status in (408, 425, 499)

    @property
    def asks_to_wait(self) -> bool:
        """True when everybody should send less for a while."""
        return self.status == 429 or "Retry-After" in self.headers


def decode_json(content: bytes) -> object:
    """The JSON of a body, or NoJson. A value: the decoder's own exception would hold the body."""
    try:
        return json.loads(content) if content.strip() else NoJson.EMPTY
    except (ValueError, RecursionError):
        return NoJson.OTHER


class TransportFailure(StrEnum):
    """Why no answer came."""

    CERTIFICATE = "certificate"
    NOT_CONNECTED = "not connected"
    BROKEN = "broken"
    TIMEOUT = "timeout"

    @property
    def sent(self) -> bool:
        """False when it is certain that the server got nothing of the request."""
        return self in (TransportFailure.BROKEN, TransportFailure.TIMEOUT)


class Transport:
    """One keep-alive session for each thread that sends. A transport that may not write refuses to."""

    def __init__(self, connection: Connection, *, may_write: bool) -> None:
        self._connection = connection
        self._may_write = may_write
        self._local = threading.local()
        self._lock = threading.Lock()
        self._sessions: list[Session] = []

    def send(self, request: ApiRequest) -> ApiResponse | TransportFailure:
        """Send once. ReconcileError: a write on a transport that may only read."""
        from . import requests_session  # noqa: PLC0415 -- requests is slow to import; plans from files need none

        return requests_session.send_request(
            self._session(),
            request.method,
            self._connection.base_url + request.path,
            params=request.params,
            data=_content(request),
            headers=_headers(request),
            largest=self._connection.answer_size,
            timeout=(self._connection.connect_timeout, self._connection.read_timeout),
        )

    def _session(self) -> "Session":
        session: Session | None = getattr(self._local, "session", None)
        if session is None:
            from . import requests_session  # noqa: PLC0415 -- see above

            session = self._local.session = requests_session.open_session(
                self._connection, may_write=self._may_write
            )
            with self._lock:
                self._sessions.append(session)
        return session

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()


def _content(request: ApiRequest) -> bytes | Mapping[str, str] | None:
    if request.body is not None:
        return json.dumps(request.body, ensure_ascii=False, separators=(",", ":")).encode()
    return request.form


def _headers(request: ApiRequest) -> dict[str, str]:
    headers = {}
    if request.token is not None:
        headers["Authorization"] = f"Bearer {request.token}"
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    return headers
