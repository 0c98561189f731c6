"""Access tokens by the two flows of a private app, asked for once for all workers.

Evance help: Client Credentials, JWT Bearer. A token lives an hour. There is no refresh token: a new token is
requested instead.
"""

import re
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import assert_never

from reconcile.errors import ApiError, NotFound, Unauthorized, UnexpectedResponse
from reconcile.http.messages import TransportFailure
from reconcile.http.rate_limiter import LATE, Timing
from reconcile.model.settings import AuthFlow

from .connection import Connection, Credentials
from .error_mapping import failure_of
from .transport import TOKEN_PATHS, ApiRequest, ApiResponse

LIFETIME = 3600.0
"""The seconds that a token lives whose answer does not tell its lifetime."""

ASSERTION_LIFETIME = 60
"""The seconds that an assertion lives: it is signed right before it is sent, and buys one token."""

CLOCK_SKEW = 30
"""The seconds by which an assertion is dated back, for a server whose clock is behind this machine's."""

_MARGIN = 60.0

_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")

_OAUTH_ERRORS = frozenset(
    {"invalid_client", "invalid_grant", "invalid_request", "invalid_scope"}
    | {"unauthorized_client", "unsupported_grant_type"}
)

Exchange = Callable[[ApiRequest], ApiResponse | TransportFailure]
"""Sends a request, after a failure again, and gives the last answer."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token, the monotonic second from which it is renewed, and the last second it is used."""

    value: str = field(repr=False)
    renew_at: float
    good_until: float


class TokenSource:
    """Holds the token of a connection, and renews it shortly before it expires and after a 401."""

    def __init__(self, connection: Connection, timing: Timing, exchange: Exchange) -> None:
        self._connection = connection
        self._timing = timing
        self._send_with_retries = exchange
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        self._refused: str | None = None
        self._on_trial: str | None = None

    def current(self) -> str:
        """The token, renewed if it is due; Unauthorized: the credentials were not accepted."""
        return self._renewed_if(lambda token: self._timing.monotonic() >= token.renew_at)

    def renewed(self, stale: str) -> str:
        """A token other than the refused one; the first worker that needs it requests it for all."""
        return self._renewed_if(lambda token: token.value == stale)

    def _renewed_if(self, outdated: Callable[[AccessToken], bool]) -> str:
        with self._lock:
            if self._token is None or outdated(self._token):
                self._token = self._request_token()
            return self._token.value

    @property
    def last(self) -> str | None:
        """The token that was given last, whether it is still good or not."""
        return None if self._token is None else self._token.value

    def at_hand(self) -> str | None:
        """The token for a request that is sent once; None when it had to be renewed, which takes time.

        It may be a little older than ``current`` allows: the reading before has renewed it if it was due. The
        very first token may be requested here, unless that takes too long.
        """
        began, held = self._timing.monotonic(), self._token
        if held is not None and began < held.good_until:
            return held.value
        token = self.current()
        return token if held is None and self._timing.monotonic() <= began + LATE else None

    def withdrawn(self, token: str) -> bool:
        """Renew a refused token; False when it replaced a refused one itself: a second refusal is final."""
        if token == self._on_trial:
            return False
        self._on_trial = self.renewed(token)
        return True

    def proven(self, token: str) -> None:
        """Note that a request with that token was accepted."""
        if token == self._on_trial:
            self._on_trial = None

    def narrowed(self, scope: str) -> str | None:
        """A separate token with only that scope (Evance help: Scopes); None when there is none."""
        request = token_request(self._connection, self._timing, TOKEN_PATHS[0])
        outcome = self._send_with_retries(replace(request, form={**(request.form or {}), "scope": scope}))
        if isinstance(outcome, TransportFailure) or outcome.status != 200:
            return None
        return token_in(outcome, self._timing.monotonic(), self._connection).value

    def grants(self, scope: str) -> bool | None:
        """Whether the credentials are good for a scope; None when the account does not tell.

        A server may give a token with another scope than the one asked for, and then says so (RFC 6749,
        section 5.1); Evance's example of an answer has ``"scope": null`` (Evance help: Client Credentials).
        """
        request = token_request(self._connection, self._timing, TOKEN_PATHS[0])
        outcome = self._send_with_retries(replace(request, form={**(request.form or {}), "scope": scope}))
        if isinstance(outcome, TransportFailure) or not isinstance(outcome.body, dict):
            return None
        if outcome.status == 400 and outcome.body.get("error") == "invalid_scope":
            return False
        granted = outcome.body.get("scope") if outcome.status == 200 else None
        return scope in granted.split() if isinstance(granted, str) else None

    def _request_token(self) -> AccessToken:
        if self._refused is not None:
            raise Unauthorized(self._refused)
        asked_at = self._timing.monotonic()
        outcome = self._answer()
        if isinstance(outcome, ApiResponse) and outcome.status in (400, 401):
            self._refused = refusal(self._connection, outcome)
            raise Unauthorized(self._refused)
        if isinstance(outcome, TransportFailure) or outcome.status != 200:
            raise self._failure(outcome)
        return token_in(outcome, asked_at, self._connection)

    def _answer(self) -> ApiResponse | TransportFailure:
        """The answer at the documented path; after a 404, the answer at the official clients' path."""
        documented, of_clients = TOKEN_PATHS
        outcome = self._send_with_retries(token_request(self._connection, self._timing, documented))
        if isinstance(outcome, ApiResponse) and outcome.status == 404:
            outcome = self._send_with_retries(token_request(self._connection, self._timing, of_clients))
        return outcome

    def _failure(self, outcome: ApiResponse | TransportFailure) -> ApiError:
        error = failure_of(ApiRequest("POST", TOKEN_PATHS[0], "give a token"), outcome, self._connection)
        if isinstance(error, NotFound):
            return NotFound(f"{self._connection.account} gives no tokens (404): is the account's name right?")
        return error


def token_request(connection: Connection, timing: Timing, path: str) -> ApiRequest:
    """The request for a token, by the connection's flow. It names no scope, which means all of them.

    Each try of it signs an assertion of its own: the one before may have been used, or be too old by then.
    """
    request = ApiRequest("POST", path, "give a token")
    match connection.auth:
        case AuthFlow.CLIENT_CREDENTIALS:
            form = {
                "grant_type": "client_credentials",
                "client_id": connection.credentials.client_id,
                "client_secret": connection.credentials.private_key,
            }
            return replace(request, form=form)
        case AuthFlow.JWT_BEARER:
            audience = connection.base_url + path
            return replace(
                request,
                form={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"},
                signed=lambda: {"assertion": assertion(connection.credentials, audience, timing.wall())},
            )
        case _:
            assert_never(connection.auth)


def assertion(credentials: Credentials, audience: str, now: float) -> str:
    """The signed assertion of the JWT bearer flow (RFC 7523): good for one token, and for a minute."""
    import jwt  # noqa: PLC0415 -- needed by this flow alone

    claims = {
        "aud": audience,
        "iss": credentials.client_id,
        "sub": credentials.client_id,
        "iat": int(now) - CLOCK_SKEW,
        "exp": int(now) + ASSERTION_LIFETIME,
        "jti": secrets.token_hex(16),
    }
    with suppress(jwt.PyJWTError, NotImplementedError, TypeError, ValueError):
        return jwt.encode(claims, credentials.private_key, algorithm=credentials.algorithm)
    # Raised outside the `with`: the library's exception, whose frames hold the key, is not chained to it.
    raise Unauthorized(
        f"the private key can't sign with {credentials.algorithm}: check EVANCE_PRIVATE_KEY, "
        f"or 'private_key' and 'algorithm' in the file of EVANCE_CREDENTIALS"
    )


def token_in(answer: ApiResponse, asked_at: float, connection: Connection) -> AccessToken:
    """The token in an answer; UnexpectedResponse when there is none that fits a header."""
    body = answer.body
    value = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise UnexpectedResponse(
            f"{connection.account} answered the request for a token with something else: "
            "is this the address of an Evance account?"
        )
    lifetime = _seconds(body.get("expires_in"))
    margin = min(_MARGIN, lifetime / 2)
    return AccessToken(value, asked_at + lifetime - margin, asked_at + lifetime - margin / 2)


def _seconds(value: object) -> float:
    try:
        seconds = float(value) if isinstance(value, (str, int, float)) else LIFETIME
    except (ValueError, OverflowError):
        return LIFETIME
    return seconds if seconds > 0 else LIFETIME


def refusal(connection: Connection, answer: ApiResponse) -> str:
    """One line that says that the credentials were not accepted, and what to do."""
    body = answer.body
    code = body.get("error") if isinstance(body, dict) else None
    named = f" ({code})" if isinstance(code, str) and code in _OAUTH_ERRORS else ""
    clock = (
        ", and that this machine's clock is right to the minute"
        if connection.auth is AuthFlow.JWT_BEARER
        else ""
    )
    return (
        f"{connection.account} did not accept the credentials{named}: "
        f"check EVANCE_CLIENT_ID and EVANCE_PRIVATE_KEY or the file of EVANCE_CREDENTIALS{clock}"
    )
