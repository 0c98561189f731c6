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
class ForgeCall:
    """One request as the server got it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class ForgeReply:
    """What the server says; ``body`` is sent as it is when it is bytes, else as JSON."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class ForgeServer:
    """``answer`` makes the replies; ``faults`` go out first, one for each call; ``calls`` is the log."""

    answer: Callable[[ForgeCall], ForgeReply]
    url: str = ""
    faults: deque[ForgeReply] = field(default_factory=deque)
    calls: list[ForgeCall] = field(default_factory=list)

    def reply(self, call: ForgeCall) -> ForgeReply:
        self.calls.append(call)
        return self.faults.popleft() if self.faults else self.answer(call)


@contextmanager
def serve_forge(answer: Callable[[ForgeCall], ForgeReply]) -> Iterator[ForgeServer]:
    """Serve until the block ends."""
    served = ForgeServer(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query, body = dict(parse_qsl(parts.query)), json.loads(content) if content else None
            call = ForgeCall(self.command, unquote(parts.path), query, dict(self.headers.items()), body)
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
