"""Sends one request and gives back one response or one failure. Nothing is repeated here."""

import threading
from typing import TYPE_CHECKING

from .messages import HttpRequest, HttpResponse, TransportFailure, TransportSettings

if TYPE_CHECKING:
    from requests import Session


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
