"""A small HTTP server that stands in for others: an account that is none, and the forges."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .account import Server, Told


@dataclass(frozen=True)
class Call:
    """One request as a stand-in got it; `base` is the address by which it was reached."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    base: str


@dataclass(frozen=True)
class Reply:
    """What a stand-in says; a body that is no bytes is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The body as it is sent."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answer = Callable[[Call], Reply]


def stand_in(answer: Answer) -> Server:
    """Serve in a process of its own."""

    def serve(ready: Callable[[Told], None]) -> None:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
        Thread(target=server.serve_forever, daemon=True).start()
        ready({"url": f"http://127.0.0.1:{server.server_port}"})

    return Server(serve)


def _handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            reply = answer(_call(self, self.rfile.read(length)))
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.content)

        do_GET = do_POST = do_PATCH = do_PUT = handle_any  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _call(handler: BaseHTTPRequestHandler, content: bytes) -> Call:
    parts = urlsplit(handler.path)
    try:
        body = json.loads(content) if content else None
    except ValueError:
        body = content.decode("latin-1")
    base = f"http://{handler.headers.get('Host')}"
    return Call(handler.command, unquote(parts.path), dict(parse_qsl(parts.query)), body, base)
