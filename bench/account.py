"""A canned account: serves pages that were made before from memory, as quickly as Python can.

    python -m bench.account CONTACTS [--bare]

prints its port and serves until its standard input ends, and an hour at most. ``--bare`` is an account whose
list tells neither roles nor tags. It knows what a plan reads: the token, the roles, the pages of contacts, a
contact alone. ``GET /counts`` tells how many of each were asked for since the last time.
"""

import argparse
import json
import os
import re
import signal
import socketserver
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.client import HTTPConnection
from subprocess import PIPE, Popen
from typing import Self
from urllib.parse import parse_qs, urlsplit

from bench.contacts import ROLES, contact_v1, row_v2

PAGE = 100

LONGEST_LIFE = 3_600.0
"""Seconds."""

_CONTACT = re.compile(r"/api/contacts/(\d+)\.json", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answers:
    """All that the account can say."""

    contacts: int
    pages: tuple[bytes, ...]
    roles: bytes
    token: bytes

    @classmethod
    def of(cls, contacts: int, *, full: bool) -> Self:
        count = max(1, -(-contacts // PAGE))
        pages = (_page(number, count, contacts, full=full) for number in range(1, count + 1))
        rows = [
            {"id": number, "reference": role, "title": role.title(), "approvalMethod": "none"}
            for number, role in enumerate(ROLES, 1)
        ]
        roles = _list_body(json.dumps(rows), 1, 1, len(rows))
        scopes = "contacts contacts.readonly roles roles.readonly"
        token = {"access_token": "t" * 40, "token_type": "Bearer", "expires_in": 86_400, "scope": scopes}
        return cls(contacts, tuple(pages), roles, json.dumps(token).encode())

    def answer(self, target: str) -> tuple[str, bytes | None]:
        """What was asked for, and the body of the answer; None when there is no such thing."""
        url = urlsplit(target)
        if url.path == "/api/v2/contacts.json":
            number = int(parse_qs(url.query).get("page", ["1"])[0])
            return "pages", self.pages[number - 1] if 1 <= number <= len(self.pages) else None
        if alone := _CONTACT.fullmatch(url.path):
            number = int(alone[1])
            return "contacts", contact_v1(number).encode() if 1 <= number <= self.contacts else None
        if url.path.endswith("/roles.json"):
            return "roles", self.roles
        if url.path.endswith(("/oauth/token", "/oauth/token.json")):
            return "tokens", self.token
        return "unknown", None


def _page(number: int, count: int, contacts: int, *, full: bool) -> bytes:
    numbers = range((number - 1) * PAGE + 1, min(contacts, number * PAGE) + 1)
    rows = ",".join(row_v2(contact, full=full) for contact in numbers)
    return _list_body(f"[{rows}]", number, count, contacts)


def _list_body(rows: str, number: int, pages: int, total: int) -> bytes:
    pagination = json.dumps({"page": number, "limit": PAGE, "total": total, "totalPages": pages})
    return f'{{"success":true,"status":200,"data":{rows},"pagination":{pagination},"links":{{}}}}'.encode()


class _Connection(socketserver.StreamRequestHandler):
    """Answers the requests of one connection, one after the other."""

    server: "_Server"
    wbufsize = -1
    disable_nagle_algorithm = True

    def handle(self) -> None:
        while line := self.rfile.readline():
            length = 0
            while (header := self.rfile.readline()) not in (b"\r\n", b""):
                if header.lower().startswith(b"content-length:"):
                    length = int(header.partition(b":")[2])
            self.rfile.read(length)
            self._answer(line.decode("ascii").split(" ")[1])

    def _answer(self, target: str) -> None:
        body = self.server.counted(target)
        status = "404 Not Found" if body is None else "200 OK"
        body = b'{"success":false,"status":404}' if body is None else body
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nDate: {formatdate(usegmt=True)}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.wfile.write(head.encode("ascii") + body)
        self.wfile.flush()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answers: Answers) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self._answers = answers
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def counted(self, target: str) -> bytes | None:
        """The answer to a request, which is counted."""
        with self._lock:
            if target == "/counts":
                counts, self._counts = self._counts, Counter()
                return json.dumps(counts).encode()
            kind, body = self._answers.answer(target)
            self._counts[kind] += 1
            return body


@dataclass(frozen=True, slots=True)
class Account:
    """The account as who measures sees it."""

    port: int

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def counts(self) -> dict[str, int]:
        """How many pages, contacts, roles, tokens and unknown things were asked for since the last time."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/counts")
        counts: dict[str, int] = json.loads(connection.getresponse().read())
        connection.close()
        return counts


@contextmanager
def running_account(contacts: int, *, full: bool = True) -> Iterator[Account]:
    """An account of that many contacts in a process of its own, which ends with the block."""
    command = [sys.executable, "-m", "bench.account", str(contacts), *(() if full else ("--bare",))]
    with Popen(command, stdin=PIPE, stdout=PIPE) as process:
        try:
            assert process.stdout is not None
            yield Account(int(process.stdout.readline()))
        finally:
            process.kill()


def _end_with_standard_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contacts", type=int)
    parser.add_argument("--bare", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted is who measures; then the input ends
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    timer = threading.Timer(LONGEST_LIFE, os._exit, (1,))
    timer.daemon = True
    timer.start()
    server = _Server(Answers.of(options.contacts, full=not options.bare))
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
