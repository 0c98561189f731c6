"""Access tokens: the two grant types of private apps, and the scopes that a request needs.

Source: Evance help, Authentication (client credentials, JWT bearer) and Scopes.
"""

import base64
import binascii
import re
from secrets import token_hex
from urllib.parse import parse_qs

import jwt

from reconcile.sandbox.messages import Reply, Request
from reconcile.sandbox.state import State
from reconcile.sandbox.store import settings
from reconcile.sandbox.store.connection import writing
from reconcile.sandbox.store.settings import setting
from reconcile.sandbox.switches import Switches

LIFETIME = 3600
"""Seconds for which a token is good."""

PATHS = ("/admin/oauth/token.json", "/admin/oauth/token")

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"

_ALGORITHMS = ["HS256", "HS384", "HS512"]

_TOKEN = re.compile(r"[Bb]earer ([0-9a-f]{40})", re.ASCII)

_RESOURCES = ("contacts", "content", "geozones", "inventory", "products", "roles")

_OPENID = ("openid", "profile", "email", "address", "phone", "offline_access")

SCOPES = frozenset([*_RESOURCES, *(f"{resource}.readonly" for resource in _RESOURCES), *_OPENID])


class OAuthError(Exception):
    """A token request that fails, with OAuth's name of the error."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error, description)
        self.error, self.description, self.status = error, description, status


def issue(request: Request, state: State) -> Reply:
    """POST to one of `PATHS`, form-encoded."""
    try:
        form = _form(request)
        client = _authenticated(form, request, state)
        scopes = _narrowed(form.get("scope", ""), client)
    except OAuthError as error:
        return _failure(error)
    token, now = token_hex(20), state.clock.now()
    with writing(state.db):
        settings.add_token(state.db, token, settings.Token(client.client_id, scopes, now + LIFETIME), now)
    body = {"access_token": token, "expires_in": LIFETIME, "token_type": "Bearer", "scope": scopes}
    return Reply(200, body, {"Cache-Control": "no-store"})


def denied(request: Request, state: State, resource: str | None) -> Reply | None:
    """A 401 or 403 when the bearer may not make this request; None when it may.

    `resource` is `contacts` or `roles`; its `.readonly` scope suffices for GET. None needs a token only.
    """
    switches = state.context().switches
    token = _bearer(request, state)
    if token is None:
        return _unauthorized(switches)
    if resource is None or token.scopes is None or _suffices(token.scopes.split(), resource, request.method):
        return None
    return forbidden(resource, switches)


def lacks(request: Request, state: State, scope: str) -> bool:
    """Whether the bearer has a token without this scope."""
    token = _bearer(request, state)
    return token is not None and token.scopes is not None and scope not in token.scopes.split()


def _bearer(request: Request, state: State) -> settings.Token | None:
    match = _TOKEN.fullmatch(request.headers.get("Authorization", ""))
    token = settings.token(state.db, match[1]) if match else None
    return token if token and token.expires > state.clock.now() else None


def _suffices(scopes: list[str], resource: str, method: str) -> bool:
    return resource in scopes or (method == "GET" and f"{resource}.readonly" in scopes)


def _form(request: Request) -> dict[str, str]:
    try:
        fields = parse_qs(request.body.decode(), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise OAuthError("invalid_request", "the body is not a form") from None
    return {name: values[-1] for name, values in fields.items()}


def _authenticated(form: dict[str, str], request: Request, state: State) -> settings.Client:
    match form.get("grant_type"):
        case "client_credentials":
            return _by_secret(form, request, state)
        case str(grant_type) if grant_type == JWT_BEARER:
            return _by_assertion(form.get("assertion", ""), request, state)
        case None | "":
            raise OAuthError("invalid_request", "grant_type is missing")
        case _:
            raise OAuthError("unsupported_grant_type", "use client_credentials or the JWT bearer grant")


def _by_secret(form: dict[str, str], request: Request, state: State) -> settings.Client:
    client_id, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
    client = _client(client_id, state)
    if client is None or client.private_key != secret:
        raise OAuthError("invalid_client", "the client credentials are invalid", 401)
    return client


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise OAuthError("invalid_client", "the Basic credentials are malformed", 401) from None
    return client_id, secret


def _by_assertion(assertion: str, request: Request, state: State) -> settings.Client:
    """Check an assertion (RFC 7523) by the machine's clock: the sandbox's own may show another time."""
    try:
        issuer = jwt.decode(assertion, options={"verify_signature": False}).get("iss")
        client = _client(issuer, state) if isinstance(issuer, str) else None
        if client is None:
            raise OAuthError("invalid_grant", "the assertion has no known issuer")
        jwt.decode(
            assertion,
            client.private_key,
            algorithms=_ALGORITHMS,
            audience=_audiences(request, state),
            issuer=client.client_id,
            subject=client.client_id,
            leeway=5,
            options={"require": ["aud", "iss", "sub", "exp"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError, OverflowError):
        raise OAuthError("invalid_grant", "the assertion is invalid") from None
    return client


def _audiences(request: Request, state: State) -> list[str]:
    hosts = (request.base, f"https://{setting(state.db, 'account')}")
    return [f"{host}{path}" for host in hosts for path in PATHS]


def _client(client_id: str, state: State) -> settings.Client | None:
    return settings.client(state.db, client_id) if client_id.isascii() else None


def _narrowed(scope: str, client: settings.Client) -> str | None:
    """The scopes of a token: those asked for, or else all of the client's."""
    requested = scope.split()
    allowed = SCOPES if client.scopes is None else frozenset(client.scopes.split())
    if not allowed.issuperset(requested):
        raise OAuthError("invalid_scope", "an unsupported scope was requested")
    return " ".join(requested) or client.scopes


def _failure(error: OAuthError) -> Reply:
    headers = {"WWW-Authenticate": 'Basic realm="Evance"'} if error.status == 401 else {}
    return Reply(error.status, {"error": error.error, "error_description": error.description}, headers)


def _unauthorized(switches: Switches) -> Reply:
    headers = {"WWW-Authenticate": 'Bearer realm="Evance", error="invalid_token"'}
    return Reply(401, _auth_body(switches, 401, "invalid_token", "the access token is invalid"), headers)


def forbidden(resource: str, switches: Switches) -> Reply:
    """403: the token is good, but not for this."""
    text = f"the access token lacks the scope {resource}"
    return Reply(403, _auth_body(switches, 403, "insufficient_scope", text))


def _auth_body(switches: Switches, status: int, error: str, text: str) -> object:
    match switches.auth_errors:
        case "oauth":
            return {"error": error, "error_description": text}
        case "empty":
            return None
        case "envelope":
            errors = [{"name": "token", "message": text, "ref": f"error.{error.replace('_', '-')}"}]
            return {"success": False, "status": status, "context": "parameters", "errors": errors}
