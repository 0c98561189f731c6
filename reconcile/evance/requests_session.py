"""The requests library, as this package uses it. Imported only when something is sent."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException, Response, Session
from requests.exceptions import ConnectionError as Unconnected
from requests.exceptions import ReadTimeout
from requests.utils import get_environ_proxies
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ReadTimeoutError

from reconcile import __version__
from reconcile.errors import ReconcileError, Unreachable

from .connection import Connection
from .deadlines import BoundedAdapter, ResponseTooLarge, read_body
from .transport import TOKEN_PATHS, ApiResponse, TransportFailure, decode_json


class ReadOnlyAdapter(BoundedAdapter):
    """The last gate before the wire: only GET, and the request for a token, pass."""

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Send it, or raise ReconcileError before a connection is made."""
        path = urlsplit(request.url or "").path
        if request.method != "GET" and not (request.method == "POST" and path in TOKEN_PATHS):
            raise ReconcileError(f"refused to send {request.method}: this command may only read")
        return super().send(request, *args, **options)


class NoRedirectSession(Session):
    """A session for which no answer is a redirect: not followed, and not even prepared to be."""

    def get_redirect_target(self, resp: Response) -> None:  # noqa: ARG002 -- the signature of requests
        """None: there is nowhere else to go."""
        return


def open_session(connection: Connection, *, may_write: bool) -> Session:
    """A session with everything that must not depend on the machine switched off.

    No .netrc (it would replace the token), no look at the environment for each request: the proxy and the
    certificates are settled once, here. Certificate checks can't be switched off.
    """
    session = NoRedirectSession()
    session.trust_env = False
    session.headers.update({"User-Agent": f"evance-reconcile/{__version__}", "Accept": "application/json"})
    session.proxies = proxies_for(connection)
    session.verify = certificates(os.environ)
    adapter = (BoundedAdapter if may_write else ReadOnlyAdapter)(connection.answer_timeout)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


def proxies_for(connection: Connection) -> dict[str, str]:
    """The proxies of the usual environment variables, NO_PROXY obeyed; loopback never uses one."""
    return {} if connection.loopback else dict(get_environ_proxies(connection.base_url))


def certificates(environment: Mapping[str, str]) -> str | bool:
    """The file of trusted certificates that the environment names, else those that requests brings."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        if path := environment.get(name):
            if not Path(path).exists():
                raise Unreachable(f"{name} names a file that does not exist: correct or unset it")
            return path
    return True


def send_request(
    session: Session, method: str, url: str, *, largest: int, **options: Any
) -> ApiResponse | TransportFailure:
    """Send one request; a redirect is an answer like any other and never followed."""
    try:
        response = session.request(method, url, allow_redirects=False, stream=True, **options)
        body = read_body(response, largest)
    except (RequestException, OSError, ResponseTooLarge) as error:
        return transport_failure(error)
    return ApiResponse(response.status_code, response.headers, decode_json(body))


def transport_failure(error: Exception) -> TransportFailure:
    """What an exception says of the one thing that counts: whether the request can have arrived.

    The kind of exception does not tell: an answer that is lost behind a proxy is a ProxyError, too, since
    urllib3 forgets that it had reached the proxy once the connection is closed. What made it so tells.
    """
    match error:
        case ReadTimeout():
            return TransportFailure.TIMEOUT
        case Unconnected() if isinstance(error.args[0] if error.args else None, ReadTimeoutError):
            return TransportFailure.TIMEOUT  # in the middle of the body
        case Unconnected() if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return TransportFailure.CERTIFICATE
        case Unconnected() if _never_sent(_cause(error)):
            return TransportFailure.NOT_CONNECTED
        case _:
            return TransportFailure.BROKEN


def _cause(error: Exception) -> object:
    """What made urllib3 give up, which requests keeps inside its own exception; within that, a proxy's."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return getattr(reason, "original_error", reason)


def _never_sent(cause: object) -> bool:
    """True when no connection was made (no name, refused, too late), or the proxy refused the tunnel."""
    return isinstance(cause, NewConnectionError | ConnectTimeoutError) or (
        type(cause) is OSError and str(cause).startswith("Tunnel connection failed")  # words of http.client
    )
