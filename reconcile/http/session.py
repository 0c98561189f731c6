"""The HTTP library: sessions with every default settled, one request out, one response or failure back."""

import http.client
import io
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ReadTimeout
from requests.utils import get_environ_proxies
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ReadTimeoutError

from reconcile import __version__
from reconcile.errors import ReconcileError

from .messages import FailureKind, HttpRequest, HttpResponse, TransportFailure, TransportSettings

_CHUNK = 1 << 16


class ResponseTooLarge(Exception):
    """A response is larger than any that is expected."""


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket until a moment on the monotonic clock; TimeoutError after it."""

    def __init__(self, source: io.RawIOBase, deadline: float) -> None:
        self._source = source
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if time.monotonic() > self._deadline:
            raise TimeoutError("the whole answer takes too long")
        return self._source.readinto(buffer)

    def close(self) -> None:
        self._source.close()
        super().close()


def _response_within(seconds: float) -> Callable[..., http.client.HTTPResponse]:
    """The class of a response that must have arrived as a whole within that time."""

    class DeadlineResponse(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
            super().__init__(sock, *args, **options)
            self.fp.close()
            source = sock.makefile("rb", buffering=0)
            self.fp = io.BufferedReader(_DeadlineReader(source, time.monotonic() + seconds))

    return DeadlineResponse


class DeadlineAdapter(HTTPAdapter):
    """The library's adapter, whose connections give a response that many seconds, through proxies too."""

    def __init__(self, seconds: float) -> None:
        response_class = _response_within(seconds)
        plain = type("Plain", (HTTPConnection,), {"response_class": response_class})
        secured = type("Secured", (HTTPSConnection,), {"response_class": response_class})
        self._pools = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecuredPool", (HTTPSConnectionPool,), {"ConnectionCls": secured}),
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """As the library does, with connections of our own."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """As the library does, with connections of our own."""
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def read_body(response: Response, size: int) -> bytes:
    """The body of a response, unpacked and read as it comes; ResponseTooLarge when it has more bytes."""
    body = bytearray()
    with response:
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > size:
                raise ResponseTooLarge
    return bytes(body)


class ReadOnlyAdapter(DeadlineAdapter):
    """The last gate before the network: only GET passes, and a POST to one of a few paths."""

    def __init__(self, settings: TransportSettings) -> None:
        self._post_paths = frozenset(settings.read_only_but or ())
        super().__init__(settings.response_timeout)

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Send it, or raise ReconcileError before a connection is made."""
        path = urlsplit(request.url or "").path
        if request.method != "GET" and not (request.method == "POST" and path in self._post_paths):
            raise ReconcileError(f"refused to send {request.method}: this command may only read")
        return super().send(request, *args, **options)


class NoRedirectSession(Session):
    """A session for which no response is a redirect: not followed, and not even prepared to be."""

    def get_redirect_target(self, resp: Response) -> None:  # noqa: ARG002 -- the signature of requests
        """None: there is nowhere else to go."""
        return


def open_session(url: str, settings: TransportSettings) -> Session:
    """A session with everything that must not depend on the machine switched off.

    No .netrc (its password would replace the token), no look at the environment for each request: the proxy
    and the certificates are settled once, here. Certificate checks can't be switched off.
    """
    session = NoRedirectSession()
    session.trust_env = False
    session.headers.update({"User-Agent": f"evance-reconcile/{__version__}", "Accept": "application/json"})
    session.proxies = dict(get_environ_proxies(url)) if settings.use_proxies else {}
    session.verify = settings.certificates()
    may_write = settings.read_only_but is None
    adapter = DeadlineAdapter(settings.response_timeout) if may_write else ReadOnlyAdapter(settings)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


def send_request(
    session: Session, request: HttpRequest, settings: TransportSettings
) -> HttpResponse | TransportFailure:
    """Send one request and read the response; a redirect is a response like any other."""
    try:
        response = session.request(
            request.method,
            request.url,
            params=request.params,
            data=request.data,
            json=request.json,
            headers=request.headers,
            timeout=(settings.connect_timeout, settings.read_timeout),
            allow_redirects=False,
            stream=True,
        )
        content = read_body(response, settings.response_size)
    except (RequestException, OSError, ResponseTooLarge) as error:
        return TransportFailure(_kind(error), type(error).__name__, isinstance(error, ResponseTooLarge))
    links = {relation: link["url"] for relation, link in response.links.items()}
    return HttpResponse(response.status_code, response.headers, content, links)


def _kind(error: Exception) -> FailureKind:
    """Whether the request can have arrived: the one thing that counts.

    The class of the exception does not tell. A response that is lost behind a proxy is a ProxyError, too,
    since urllib3 forgets that it had reached the proxy once the connection is closed. Its cause tells.
    """
    match error:
        case ReadTimeout():
            return FailureKind.TIMEOUT
        case RequestsConnectionError() if isinstance(_first_argument(error), ReadTimeoutError):
            return FailureKind.TIMEOUT  # in the middle of the body
        case RequestsConnectionError() if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return FailureKind.CERTIFICATE
        case RequestsConnectionError() if _never_sent(_cause(error)):
            return FailureKind.NOT_CONNECTED
        case _:
            return FailureKind.BROKEN


def _first_argument(error: Exception) -> object:
    return error.args[0] if error.args else None


def _cause(error: Exception) -> object:
    """What made urllib3 give up, which requests keeps inside its own exception; within that, a proxy's."""
    reason = getattr(_first_argument(error), "reason", None)
    return getattr(reason, "original_error", reason)


def _never_sent(cause: object) -> bool:
    """True when no connection was made (no name, refused, too late), or the proxy refused the tunnel."""
    return isinstance(cause, NewConnectionError | ConnectTimeoutError) or (
        type(cause) is OSError and str(cause).startswith("Tunnel connection failed")  # words of http.client
    )
