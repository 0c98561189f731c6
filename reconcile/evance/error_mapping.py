"""What an answer means: its JSON, or the error that it amounts to, in words for a person.

Bodies of answers may hold personal data and are never shown whole. Of a validation error the field's name
and the reference (``error.not-unique``) are shown. Its message is shown only when it has neither an ``@``
nor anything that was sent, except roles and tags: servers like to quote what they complain about.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar, assert_never
from urllib.parse import urlsplit

from reconcile.errors import (
    ApiError,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    Rejected,
    ServerFailure,
    Unauthorized,
    UnexpectedResponse,
    Unreachable,
)
from reconcile.http.messages import FailureKind, TransportFailure
from reconcile.text import shows
from reconcile.wire.roles_and_tags import SETS_BY_KEY
from reconcile.wire.values import Json, WireError, read_errors

from .connection import Connection
from .transport import ApiRequest, ApiResponse

_NAME = re.compile(r"[\w.:\[\]-]{1,60}", re.ASCII)

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9:-]{1,30}(\.[a-z0-9-]{1,30})*", re.ASCII)

_REFERENCE = re.compile(r"error(\.[a-z-]{1,60})+", re.ASCII)

Parsed = TypeVar("Parsed")


def parse_answer(parse: Callable[[Json], Parsed], body: Json, connection: Connection) -> Parsed:
    """The body in the model's terms; UnexpectedResponse names the account."""
    try:
        return parse(body)
    except UnexpectedResponse as error:
        raise UnexpectedResponse(f"{connection.account} gave an unknown answer: {error}") from None


def failure_of(
    request: ApiRequest, outcome: ApiResponse | TransportFailure, connection: Connection
) -> ApiError:
    """The error that an outcome amounts to which is not a success.

    OutcomeUnknown for a write whenever it may have taken effect all the same.
    """
    error = _failure(request, outcome, connection)
    if request.writes and _may_be_written(outcome):
        return OutcomeUnknown(f"{error}; whether it was written is unknown: read it back")
    return error


def _failure(  # noqa: PLR0911 -- a table of statuses
    request: ApiRequest, outcome: ApiResponse | TransportFailure, connection: Connection
) -> ApiError:
    if isinstance(outcome, TransportFailure):
        return Unreachable(_unreachable(outcome.kind, connection))
    start = f"{connection.account} did not {request.action} ({outcome.status})"
    match outcome.status:
        case 401:
            return Unauthorized(
                f"{start}: it refused a token that it had just given; is the app still enabled?"
            )
        case 403:
            return Forbidden(f"{start}: {_missing_scope(request)}")
        case 404 | 410:
            return NotFound(f"{start}: there is no such thing in the account")
        case 429:
            return ServerFailure(f"{start}: too many requests; set a lower rate for this target or wait")
        case status if 300 <= status < 400:
            return UnexpectedResponse(
                f"{start}: it redirects{_redirect_host(request, outcome, connection)}, which is not followed"
            )
        case status if status >= 500:
            return ServerFailure(f"{start}: its server failed; try again later")
        case _:
            reason = validation_errors(request, outcome, connection) or "it gave no reason"
            return Rejected(f"{start}: {reason}")


def _may_be_written(outcome: ApiResponse | TransportFailure) -> bool:
    if isinstance(outcome, TransportFailure):
        return outcome.maybe_arrived
    return outcome.may_have_applied or outcome.status < 400


def unexpected_response(request: ApiRequest, connection: Connection) -> ApiError:
    """The error of a success whose body is not what the API documents."""
    text = f"{connection.account}: what came back when asked to {request.action} is not Evance's JSON"
    if request.writes:
        return OutcomeUnknown(f"{text}; whether it was written is unknown: read it back")
    return UnexpectedResponse(f"{text}: is this the address of an Evance account?")


def cached_response(request: ApiRequest, connection: Connection) -> ApiError:
    """The error of an answer that a cache has kept for a while, where only a fresh one will do."""
    return UnexpectedResponse(
        f"{connection.account}: a cache answered when asked to {request.action}, so a write might undo what "
        "it does not show; nothing was written: make the proxy in between keep no answers"
    )


def _unreachable(kind: FailureKind, connection: Connection) -> str:
    host = connection.host
    match kind:
        case FailureKind.CERTIFICATE:
            return f"{host} has a certificate that is not trusted: check the address and REQUESTS_CA_BUNDLE"
        case FailureKind.NOT_CONNECTED if connection.loopback:
            start = "start it, such as by 'reconcile sandbox serve'"
            return f"no connection to {host}: {start}, or correct the target's 'url'"
        case FailureKind.NOT_CONNECTED:
            return f"no connection to {host}: check the account's name, the network and the proxy settings"
        case FailureKind.BROKEN:
            return f"{host} broke the connection: try again later"
        case FailureKind.TIMEOUT:
            return f"{host} did not answer within {connection.read_timeout:g} s: try again later"
        case _:
            assert_never(kind)


def _missing_scope(request: ApiRequest) -> str:
    if request.scope is None:
        return "the app is not allowed to"
    return (
        f"the app probably lacks the scope `{request.scope}`: "
        "add it in Evance's admin (Settings > App API Credentials)"
    )


def _redirect_host(request: ApiRequest, answer: ApiResponse, connection: Connection) -> str:
    """The host a redirect leads to; a Location's path and query may hold anything.

    Not one that is made of what was sent, or has a part so long that it may be a token.
    """
    try:
        host = urlsplit(answer.headers.get("Location", "")).hostname or ""
    except ValueError:
        host = ""
    shown = _HOST.fullmatch(host) and _is_harmless(host, _private_texts(request, connection))
    return f" to {host}" if shown else ""


def validation_errors(request: ApiRequest, answer: ApiResponse, connection: Connection) -> str:
    """What a validation error says, sorted, without the values it is about."""
    private = _private_texts(request, connection)
    return "; ".join(sorted({_error_text(error, private) for error in read_errors(answer.body)} - {""}))


def _error_text(error: WireError, private: frozenset[str]) -> str:
    name, reference, messages = error
    field = name if isinstance(name, str) and _NAME.fullmatch(name) and _is_harmless(name, private) else ""
    parts = [reference] if isinstance(reference, str) and _REFERENCE.fullmatch(reference) else []
    parts += [text for text in messages if isinstance(text, str) and _is_harmless(text, private)]
    return ": ".join(filter(None, (field, ", ".join(parts))))


def _is_harmless(text: str, private: frozenset[str]) -> bool:
    folded = text.casefold()
    return (
        0 < len(text) <= 200
        and shows(text)
        and "@" not in text
        and not any(value in folded for value in private)
    )


def _private_texts(request: ApiRequest, connection: Connection) -> frozenset[str]:
    """All that was sent and must not be quoted."""
    parts = (request.body, request.form, request.token, connection.credentials.private_key)
    return frozenset(text for part in parts for text in _texts(part))


def _texts(value: object) -> Iterator[str]:
    """The texts in what was sent that a message must not quote: all but roles and tags."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in SETS_BY_KEY:
                yield from _texts(inner)
    elif isinstance(value, str) and len(value) > 1:
        yield value.casefold()
