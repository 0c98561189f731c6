"""HTTP as values: a request, the response to it or why none came, and how a server is reached.

A failure is a value, never an exception: the exceptions of an HTTP library carry the request with its token
and body, and a traceback would show them.
"""

import ipaddress
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. ``data`` is sent as it is, or as a form when it is a mapping; ``json`` is sent as JSON."""

    method: str
    url: str = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    data: bytes | Mapping[str, str] | None = field(default=None, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back. ``headers`` are without regard to case, ``links`` the addresses of the Link header."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    links: Mapping[str, str] = field(default_factory=dict, repr=False)


class FailureKind(StrEnum):
    """Why no response came."""

    CERTIFICATE = "certificate"
    NOT_CONNECTED = "not connected"
    BROKEN = "broken"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """No response came. ``error`` is the name of the exception's class: its text may hold the request.

    ``oversized`` is True when the response was cut off because it is larger than the limit.
    """

    kind: FailureKind
    error: str = ""
    oversized: bool = False

    @property
    def maybe_arrived(self) -> bool:
        """False when it is certain that the server got nothing of the request."""
        return self.kind in (FailureKind.BROKEN, FailureKind.TIMEOUT)


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
    certificates: Callable[[], str | bool]
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    response_timeout: float = math.inf
    use_proxies: bool = True
    read_only_but: Collection[str] | None = None


def is_loopback(host: str | None) -> bool:
    """True for ``localhost`` and the loopback addresses of IPv4 and IPv6."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def is_safe_for_tokens(url: str) -> bool:
    """True for https, and for http that does not leave this machine: nobody else reads a token sent there."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
