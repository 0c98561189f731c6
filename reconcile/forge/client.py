"""Every request to a forge passes here: token, paging, retries, and what the response means.

No error holds the token, nor a body that was sent.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from reconcile.clock import parse_instant
from reconcile.documents.json_text import JsonValue
from reconcile.errors import ForgeError, UsageError
from reconcile.http.messages import (
    HttpRequest,
    HttpResponse,
    TransportFailure,
    TransportSettings,
    is_loopback,
    is_safe_for_tokens,
)
from reconcile.http.rate_limiter import Timing
from reconcile.http.transport import HttpTransport
from reconcile.model.ci.forge_settings import Unread
from reconcile.text import count

from .limits import LONGEST_WAIT, RETRY, RequestCount, seconds_to_wait

MOST_PAGES = 300
"""Maximum number of pages, of 100 items each, that are read of one list: more is an endless loop."""

LARGEST_RESPONSE = 64 * 1024 * 1024
"""In bytes; a plan of 100,000 changes, compressed, is far below it."""

_SAFE_TO_REPEAT = {"GET", "PATCH", "PUT"}

_REDIRECTS = {301, 302, 303, 307, 308}

_TOO_MANY_REQUESTS, _FORBIDDEN = 429, 403

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ForgeRequest:
    """One request. An error tells ``method`` and ``path`` of it, and nothing else."""

    method: str
    path: str
    url: str = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    authorized: bool = True

    def failed(self, reason: str, status: int | None = None) -> ForgeError:
        """The error that this request ended with."""
        return ForgeError(f"{self.method} {self.path or '/graphql'}: {reason}", status)


@dataclass(frozen=True, slots=True)
class ForgeResponse:
    """What came back, and the request it answers."""

    request: ForgeRequest
    http: HttpResponse

    @property
    def next_page(self) -> str | None:
        """The address of the list's next page, from the ``Link`` header (RFC 8288)."""
        return self.http.links.get("next")

    @property
    def limited(self) -> bool:
        """True for a response that says "too many": GitHub says so with 403 as well as with 429."""
        headers = self.http.headers
        out_of_requests = "Retry-After" in headers or headers.get("X-RateLimit-Remaining") == "0"
        return self.http.status == _TOO_MANY_REQUESTS or (self.http.status == _FORBIDDEN and out_of_requests)

    def json(self) -> JsonValue:
        """The content as JSON; ForgeError when it is none."""
        try:
            return JsonValue(json.loads(self.http.content), "the answer")
        except (ValueError, RecursionError):
            raise self.request.failed("the answer is not JSON") from None

    def message(self, token: str) -> str:
        """The forge's own sentence about a failure, on one line, without the token; empty without one."""
        try:
            body = json.loads(self.http.content)
        except (ValueError, RecursionError):
            return ""
        text = body.get("message") if isinstance(body, Mapping) else None
        if not isinstance(text, str):
            return ""
        line = "".join(char for char in text if " " <= char <= "~")
        return (line.replace(token, "…") if token else line)[:200]


@dataclass(frozen=True, slots=True)
class ForgeClient:
    """One forge's API at ``api``, opened with a token. UsageError: the address would expose the token."""

    api: str
    token: str = field(repr=False)
    timing: Timing = field(default_factory=Timing, repr=False)
    requests: RequestCount = field(default_factory=RequestCount, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not is_safe_for_tokens(self.api):
            raise UsageError("the address of the forge's API must begin with https://")

    def read(self, path: str, **params: str) -> JsonValue:
        """The JSON that a GET is answered with."""
        return self._response(ForgeRequest("GET", path, self._url(path), params=params)).json()

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> JsonValue:
        """The JSON that a POST, PATCH or PUT is answered with."""
        return self._response(ForgeRequest(method, path, self._url(path), body=body)).json()

    def pages(self, path: str, key: str | None = None, **params: str) -> Iterator[JsonValue]:
        """The members of a list, page after page; ``key`` names the list where it lies in an object.

        The next page is where the ``Link`` header says (RFC 8288), as long as that is the same API.
        """
        request: ForgeRequest | None = ForgeRequest(
            "GET", path, self._url(path), params={"per_page": "100", **params}
        )
        for _ in range(MOST_PAGES):
            if request is None:
                return
            response = self._response(request)
            with expect_fields("GET", path):
                body = response.json()
                yield from (body.key(key) if key else body).items()
            request = self._next_request(response)
        raise ForgeError(f"GET {path}: the list has no end after {MOST_PAGES} pages")

    def rows(
        self, path: str, read: Callable[[JsonValue], Row | None], key: str | None = None, **params: str
    ) -> Iterator[Row]:
        """The members of a list as ``read`` gives them, without those for which it gives None."""
        for member in self.pages(path, key, **params):
            with expect_fields("GET", path):
                row = read(member)
            if row is not None:
                yield row

    def add(self, path: str, body: Mapping[str, Any], read: Callable[[JsonValue], Row]) -> Row:
        """What a POST added, as ``read`` gives it."""
        answer = self.write("POST", path, body)
        with expect_fields("POST", path):
            return read(answer)

    def download(self, path: str) -> bytes:
        """The bytes that a GET leads to; the token does not follow a redirect to another host."""
        response = self._response(ForgeRequest("GET", path, self._url(path)))
        if response.http.status not in _REDIRECTS:
            return response.http.content
        target = _redirect_target(response)
        request = ForgeRequest("GET", path, target, authorized=self._same_host(target))
        return self._response(request).http.content

    def _next_request(self, response: ForgeResponse) -> ForgeRequest | None:
        if response.next_page is None:
            return None
        if not self._same_host(response.next_page):
            raise response.request.failed("its next page is said to be on another host")
        return ForgeRequest("GET", response.request.path, response.next_page)

    def _same_host(self, url: str) -> bool:
        return urlsplit(url)[:2] == urlsplit(self.api)[:2]

    def _url(self, path: str) -> str:
        return f"{self.api.rstrip('/')}{path}"

    def _response(self, request: ForgeRequest) -> ForgeResponse:
        """The last response, after as many tries as its kind is worth; ForgeError unless it is a good one."""
        response = self._send(request)
        for attempt in range(1, RETRY.tries):
            delay = self._delay(response, attempt)
            if delay is None:
                break
            self.timing.sleep(delay)
            response = self._send(request)
        status = response.http.status
        if status < 400:
            return response
        message = response.message(self.token)
        quoted = f" ({message})" if message else ""
        raise request.failed(f"answered {status}{quoted}{_ADVICE.get(status, '')}", status)

    def _send(self, request: ForgeRequest) -> ForgeResponse:
        self.requests.sent += 1
        with closing(HttpTransport(request.url, _transport_settings(request.url))) as transport:
            result = transport.send(self._http_request(request))
        match result:
            case HttpResponse():
                return ForgeResponse(request, result)
            case TransportFailure(oversized=True):
                raise request.failed(f"the answer is larger than {LARGEST_RESPONSE:,} bytes")
            case TransportFailure():
                raise request.failed(f"no answer ({result.error})")

    def _http_request(self, request: ForgeRequest) -> HttpRequest:
        headers = {"Authorization": f"Bearer {self.token}"} if request.authorized else {}
        return HttpRequest(request.method, request.url, request.params, headers, json=request.body)

    def _delay(self, response: ForgeResponse, attempt: int) -> float | None:
        """The seconds before another try; None when no other try is worth it."""
        back_off = RETRY.delay(attempt)
        status = response.http.status
        if not response.limited:
            # A write that adds something may have been carried out: it is not sent again.
            return back_off if status >= 500 and response.request.method in _SAFE_TO_REPEAT else None
        seconds = seconds_to_wait(response.http.headers, self.timing.wall())
        if seconds is not None and seconds > LONGEST_WAIT:
            sent = f"this command sent {count(self.requests.sent, 'request')}"
            reason = f"too many requests ({sent}); the limit ends in {seconds:.0f} s; run it again then"
            raise response.request.failed(reason, status)
        return max(seconds or 0.0, back_off)


def _transport_settings(url: str) -> TransportSettings:
    return TransportSettings(
        response_size=LARGEST_RESPONSE,
        use_proxies=not is_loopback(urlsplit(url).hostname),
        certificates=lambda: os.environ.get("REQUESTS_CA_BUNDLE") or True,
    )


def _redirect_target(response: ForgeResponse) -> str:
    """Where a redirect leads; ForgeError when that is no place for a download."""
    try:
        target = urljoin(response.request.url, response.http.headers.get("Location", ""))
        safe = is_safe_for_tokens(target)
    except ValueError:
        raise response.request.failed("no answer (InvalidURL)") from None
    if not safe:
        raise response.request.failed("it leads to an address that is not https://")
    return target


_ADVICE = {
    401: ": the token is not accepted; give the step a valid one",
    403: ": the token may not do this; give the job the permission for it",
    404: ": there is no such thing, or the token may not see it",
    410: ": it is no longer kept",
    422: ": the forge does not take this request",
}


def read_instant(row: JsonValue) -> datetime:
    """A forge's time in UTC, cut to the second: GitLab's have fractions, and may have an offset."""
    instant = parse_instant(row.text())
    if instant is None:
        raise row.wrong("is not an instant such as 2027-01-31T00:00:00Z")
    return instant


def read_optional_instant(row: JsonValue) -> datetime | None:
    """A forge's time; None for null."""
    return None if row.absent else read_instant(row)


@contextmanager
def expect_fields(method: str, path: str) -> Iterator[None]:
    """Turn what a response lacks into a ForgeError that names it."""
    try:
        yield
    except ValueError as error:
        raise ForgeError(f"{method} {path}: {error}") from None


def readable(read: Callable[[], Row], needs: str) -> Row | Unread:
    """What ``read`` gives; ``Unread`` when the token may not know: for what is private, often by 404."""
    try:
        return read()
    except ForgeError as error:
        if error.status in (403, 404):
            return Unread(needs)
        raise
