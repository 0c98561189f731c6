"""Sends one request and gives back one response or one failure. Nothing is repeated here."""

import math
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .messages import HttpRequest, HttpResponse, TransportFailure

if TYPE_CHECKING:
    from requests import Session


def library_certificates() -> bool:
    """The trusted certificates that the HTTP library brings along."""
    return True


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """How one server is reached.

    Timeouts are in seconds: for a connection, for each wait for the next bytes of a response, and for a
    response as a whole. ``response_size`` limits a response in bytes, unpacked. ``use_proxies`` obeys the
    usual environment variables, NO_PROXY too. ``certificates`` gives the file of trusted certificates, or
    True for those of the library; it is called when a session is opened. ``read_only_but`` are the only paths
    that take a POST, and then nothing but GET passes elsewhere; None lets every method pass.
    """

    response_size: int
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    response_timeout: float = math.inf
    use_proxies: bool = True
    certificates: Callable[[], str | bool] = library_certificates
    read_only_but: Collection[str] | None = None


class HttpTransport:
    """One keep-alive session for each thread that sends. ``url`` is any address of the server."""

    def __init__(self, url: str, settings: TransportSettings) -> None:
        self._url = url
        self._settings = settings
        self._local = threading.local()
        self._lock = threading.Lock()
        self._sessions: list[Session] = []

    def send(self, request: HttpRequest) -> HttpResponse | TransportFailure:
        """Send once; a redirect is a response. ReconcileError: a write where only reading is allowed."""
        from .session import send_request  # noqa: PLC0415 -- requests is slow to import; plans need none

        return send_request(self._session(), request, self._settings)

    def _session(self) -> "Session":
        session: Session | None = getattr(self._local, "session", None)
        if session is None:
            from .session import open_session  # noqa: PLC0415 -- see above

            session = self._local.session = open_session(self._url, self._settings)
            with self._lock:
                self._sessions.append(session)
        return session

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()
