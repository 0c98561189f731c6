"""Every request to a forge passes here: token, paging, patience, and what the answer means.

No error holds the token, nor a body that was sent.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

from requests import RequestException, Session
from requests.utils import get_environ_proxies

from reconcile import __version__
from reconcile.documents.json_value import JsonValue
from reconcile.errors import ForgeError, UsageError

from .rate_limits import limited, seconds_to_wait

MOST_PAGES = 300
"""So many pages of 100 are read of one list. More than that is no answer but a loop."""

LARGEST_ANSWER = 64 * 1024 * 1024
"""In bytes; a plan of 100,000 changes, compressed, is far below it."""

_TIMEOUT = (10.0, 60.0)

_SAFE_TO_REPEAT = {"GET", "PATCH", "PUT"}

_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class WaitPolicy:
    """How patient the door is. ``longest`` is in seconds, for one wait; ``wall`` is seconds since 1970."""

    tries: int = 5
    longest: float = 300.0
    first_delay: float = 1.0
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class ForgeClient:
    """One forge's API at ``api``, opened with a token. UsageError: the address would expose the token."""

    api: str
    token: str = field(repr=False)
    waiting: WaitPolicy = WaitPolicy()

    def __post_init__(self) -> None:
        if not _safe(self.api):
            raise UsageError("the address of the forge's API must begin with https://")

    def read(self, path: str, **params: str) -> JsonValue:
        """The JSON that a GET is answered with."""
        return self._answer(ForgeRequest("GET", path, self._url(path), params=params)).json()

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> JsonValue:
        """The JSON that a POST, PATCH or PUT is answered with."""
        return self._answer(ForgeRequest(method, path, self._url(path), body=body)).json()

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
            answer = self._answer(request)
            with expect_fields("GET", path):
                found = answer.json()
                yield from (found.key(key) if key else found).items()
            request = self._next(answer)
        raise ForgeError(f"GET {path}: the list has no end after {MOST_PAGES} pages")

    def download(self, path: str) -> bytes:
        """The bytes that a GET leads to; the token does not follow a redirect to another host."""
        first = self._answer(ForgeRequest("GET", path, self._url(path)))
        if first.status not in _REDIRECTS:
            return first.content
        target = urljoin(first.request.url, first.headers.get("Location", ""))
        if not _safe(target):
            raise ForgeError(f"GET {path}: it leads to an address that is not https://")
        return self._answer(ForgeRequest("GET", path, target, authorized=self._ours(target))).content

    def _next(self, answer: "ForgeResponse") -> "ForgeRequest | None":
        if answer.next is None:
            return None
        if not self._ours(answer.next):
            raise answer.request.failed("its next page is said to be on another host")
        return ForgeRequest("GET", answer.request.path, answer.next)

    def _ours(self, url: str) -> bool:
        return urlsplit(url)[:2] == urlsplit(self.api)[:2]

    def _url(self, path: str) -> str:
        return f"{self.api.rstrip('/')}{path}"

    def _answer(self, request: "ForgeRequest") -> "ForgeResponse":
        """The last answer, after as many tries as its kind is worth; ForgeError unless it is a good one."""
        answer = self._sent(request)
        for attempt in range(1, self.waiting.tries):
            delay = self._delay(answer, attempt)
            if delay is None:
                break
            self.waiting.sleep(delay)
            answer = self._sent(request)
        if answer.status < 400:
            return answer
        raise request.failed(self._meaning(answer), answer.status)

    def _sent(self, request: "ForgeRequest") -> "ForgeResponse":
        try:
            with _session(request.url) as session:
                return _exchanged(session, request, self.token)
        except (RequestException, OSError) as error:
            # Only the kind of the error is told: its text may hold the request.
            raise request.failed(f"no answer ({type(error).__name__})") from None

    def _delay(self, answer: "ForgeResponse", attempt: int) -> float | None:
        """The seconds before another try; None when no other try is worth it."""
        back_off = self.waiting.first_delay * 2.0 ** (attempt - 1)
        if not limited(answer.status, answer.headers):
            # A write that adds something may have been carried out: it is not sent again.
            return back_off if answer.status >= 500 and answer.request.method in _SAFE_TO_REPEAT else None
        asked = seconds_to_wait(answer.headers, self.waiting.wall())
        if asked is not None and asked > self.waiting.longest:
            told = f"too many requests; the limit ends in {asked:.0f} s; run it again then"
            raise answer.request.failed(told, answer.status)
        return max(asked or 0.0, back_off)

    def _meaning(self, answer: "ForgeResponse") -> str:
        said = (answer.said.replace(self.token, "…") if self.token else answer.said)[:200]
        return f"answered {answer.status}{f' ({said})' if said else ''}{_ADVICE.get(answer.status, '')}"


@dataclass(frozen=True, slots=True)
class ForgeRequest:
    """One request. ``path`` is what an error tells of it; nothing else of it is told."""

    method: str
    path: str
    url: str = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    authorized: bool = True

    def failed(self, why: str, status: int | None = None) -> ForgeError:
        """The error that this request ended with."""
        return ForgeError(f"{self.method} {self.path or '/graphql'}: {why}", status)


@dataclass(frozen=True, slots=True)
class ForgeResponse:
    """What came back. ``next`` is the address of the list's next page."""

    request: ForgeRequest
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    next: str | None = None

    def json(self) -> JsonValue:
        """The content as JSON; ForgeError when it is none."""
        try:
            return JsonValue(json.loads(self.content), "the answer")
        except (ValueError, RecursionError):
            raise self.request.failed("the answer is not JSON") from None

    @property
    def said(self) -> str:
        """The forge's own sentence about a failure, on one line."""
        try:
            told = json.loads(self.content)
        except (ValueError, RecursionError):
            return ""
        text = told.get("message") if isinstance(told, Mapping) else None
        return "".join(char for char in text if " " <= char <= "~") if isinstance(text, str) else ""


def _exchanged(session: Session, request: ForgeRequest, token: str) -> ForgeResponse:
    """Send once and read the answer, up to the largest that is taken. A redirect is an answer."""
    with session.request(
        request.method,
        request.url,
        params=request.params,
        json=request.body,
        headers={"Authorization": f"Bearer {token}"} if request.authorized else {},
        timeout=_TIMEOUT,
        allow_redirects=False,
        stream=True,
    ) as response:
        content = bytearray()
        for chunk in response.iter_content(65_536):
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise request.failed(f"the answer is larger than {LARGEST_ANSWER:,} bytes")
        following = response.links.get("next", {}).get("url")
        return ForgeResponse(request, response.status_code, response.headers, bytes(content), following)


_ADVICE = {
    401: ": the token is not accepted; give the step a valid one",
    403: ": the token may not do this; give the job the permission for it",
    404: ": there is no such thing, or the token may not see it",
    410: ": it is no longer kept",
    422: ": the forge does not take this request",
}


@contextmanager
def expect_fields(method: str, path: str) -> Iterator[None]:
    """Turn what an answer lacks into a ForgeError that names it."""
    try:
        yield
    except ValueError as error:
        raise ForgeError(f"{method} {path}: {error}") from None


def _safe(url: str) -> bool:
    """True for https, and for http on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.hostname or ""))


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _session(url: str) -> Session:
    """A session that takes only proxies and certificates from the machine.

    Above all no .netrc, whose password would replace the token.
    """
    session = Session()
    session.trust_env = False
    session.proxies = {} if _loopback(urlsplit(url).hostname or "") else dict(get_environ_proxies(url))
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
    session.headers.update({"User-Agent": f"evance-reconcile/{__version__}", "Accept": "application/json"})
    return session
