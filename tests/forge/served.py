"""A small HTTP server in a thread, on a free loopback port, for the stand-ins of forges."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Call:
    """One request as the server got it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Reply:
    """What the server says; ``body`` is sent as it is when it is bytes, else as JSON."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Served:
    """``answer`` makes the replies; ``faults`` go out first, one for each call; ``calls`` is the log."""

    answer: Callable[[Call], Reply]
    url: str = ""
    faults: deque[Reply] = field(default_factory=deque)
    calls: list[Call] = field(default_factory=list)

    def reply(self, call: Call) -> Reply:
        self.calls.append(call)
        return self.faults.popleft() if self.faults else self.answer(call)


@contextmanager
def serving(answer: Callable[[Call], Reply]) -> Iterator[Served]:
    """Serve until the block ends."""
    served = Served(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query, body = dict(parse_qsl(parts.query)), json.loads(content) if content else None
            call = Call(self.command, unquote(parts.path), query, dict(self.headers.items()), body)
            reply = served.reply(call)
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.content)

        do_GET = do_POST = do_PATCH = do_PUT = handle_any  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
