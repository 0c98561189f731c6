"""An answer may take so long and be so large, and no more: one that drips holds no worker for ever.

The timeouts of the HTTP library bound each wait for the next bytes, not their sum. So the connection reads
through a gate that looks at the clock each time, be it for the head, the body or a proxy's answer.
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

_PIECE = 1 << 16


class ResponseTooLarge(Exception):
    """An answer is larger than any that is expected."""


class _DeadlineReader(io.RawIOBase):
    """What a socket says, up to a moment on the monotonic clock; TimeoutError after it."""

    def __init__(self, source: io.RawIOBase, until: float) -> None:
        self._source = source
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if time.monotonic() > self._until:
            raise TimeoutError("the whole answer takes too long")
        return self._source.readinto(buffer)

    def close(self) -> None:
        self._source.close()
        super().close()


def _answers_within(seconds: float) -> Callable[..., http.client.HTTPResponse]:
    """The class of an answer that must be there as a whole within that time."""

    class Answered(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
            super().__init__(sock, *args, **options)
            self.fp.close()
            source = sock.makefile("rb", buffering=0)
            self.fp = io.BufferedReader(_DeadlineReader(source, time.monotonic() + seconds))

    return Answered


class BoundedAdapter(HTTPAdapter):
    """The adapter of the library whose connections give an answer that many seconds, through proxies too."""

    def __init__(self, seconds: float) -> None:
        answers = _answers_within(seconds)
        plain = type("Plain", (HTTPConnection,), {"response_class": answers})
        secured = type("Secured", (HTTPSConnection,), {"response_class": answers})
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


def read_body(response: Response, largest: int) -> bytes:
    """The body of an answer, unpacked and read as it comes; TooLarge when it has more bytes than that."""
    body = bytearray()
    with response:
        for piece in response.iter_content(_PIECE):
            body += piece
            if len(body) > largest:
                raise ResponseTooLarge
    return bytes(body)
