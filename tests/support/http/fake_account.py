"""A fake account: a real HTTP server on loopback that answers as a test tells it to, and notes what came."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

CLIENT_ID = "0123456789abcdef0123456789abcdef.7.app.evance.me"

PRIVATE_KEY = "c0ffee" * 10 + "beef"

TOKEN = "7a1e" * 10


@dataclass(frozen=True)
class SeenRequest:
    """One request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def asks_token(self) -> bool:
        return self.path.startswith("/admin/oauth/token")


@dataclass(frozen=True)
class FakeReply:
    """JSON unless ``body`` is bytes. ``hang_up`` breaks the connection instead, ``leave`` ends it."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    leave: bool = False
    cut: bool = False

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Script = Callable[[SeenRequest], FakeReply]

OpenClient = Callable[..., tuple["FakeAccount", Any]]
"""Serves a fake account with that script and opens a client to it (the fixture `open_client`)."""


def token_reply(value: str = TOKEN, seconds: int = 3600) -> FakeReply:
    return FakeReply(
        body={"access_token": value, "expires_in": seconds, "token_type": "Bearer", "scope": None}
    )


class FakeAccount:
    """The server, its script, and the requests it saw. A token is always given unless the script does."""

    def __init__(self, script: Script, *, tokens: Script | None = None) -> None:
        self.url = ""
        self.seen: list[SeenRequest] = []
        self.connections = 0
        self._script = script
        self._tokens = tokens or (lambda _seen: token_reply())
        self._lock = threading.Lock()

    @property
    def calls(self) -> list[SeenRequest]:
        """All but the requests for a token."""
        return [seen for seen in self.seen if not seen.asks_token]

    @property
    def token_calls(self) -> list[SeenRequest]:
        return [seen for seen in self.seen if seen.asks_token]

    def reply(self, seen: SeenRequest) -> FakeReply:
        with self._lock:
            self.seen.append(seen)
        return self._tokens(seen) if seen.asks_token else self._script(seen)

    def connected(self) -> None:
        with self._lock:
            self.connections += 1


def _handler(fake_account: FakeAccount) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            fake_account.connected()

        def _any(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            headers = {key.lower(): value for key, value in self.headers.items()}
            reply = fake_account.reply(SeenRequest(self.command, self.path, headers, self.rfile.read(size)))
            if reply.hang_up or reply.leave:
                self.close_connection = True
                if reply.hang_up:
                    self._reset()
                return
            self.send_response_only(reply.status)
            content = reply.content
            for key, value in {"Content-Length": str(len(content)), **reply.headers}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if reply.cut else content)
            self.close_connection = self.close_connection or reply.cut

        def _reset(self) -> None:
            """A reset, not a polite end: what a killed server or a firewall sends."""
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        def log_message(self, *_: Any) -> None:
            pass

    for verb in ("GET", "POST", "PUT", "DELETE", "PATCH", "CONNECT"):
        setattr(Handler, f"do_{verb}", Handler._any)
    return Handler


@contextmanager
def serve_account(
    script: Script, *, tokens: Script | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[FakeAccount]:
    """A fake account that listens until the block ends; over TLS when a context is given."""
    fake_account = FakeAccount(script, tokens=tokens)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake_account))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # a broken connection is what some tests are about
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "https" if tls else "http"
    fake_account.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake_account
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
