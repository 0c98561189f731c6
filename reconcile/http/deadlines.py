"""Limits on a response as a whole: a server that drips holds no worker for ever and fills no memory.

The timeouts of the HTTP library limit each wait for the next bytes, not their sum. So the connection reads
through a gate that looks at the clock each time, for the head, the body and a proxy's response alike.
"""

import http.client
import io
import socket
import time
from collections.abc import Callable
from typing import Any

from requests import Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

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
