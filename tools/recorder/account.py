"""An account to talk to: a sandbox in a process of its own, with a tap in front of it."""

import base64
import http.client
import json
import os
import select
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import copyfile
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

from .wire import Sent, Tap, requests_in

Told = dict[str, str]
"""What a server says of itself once it is ready: at least its `url`."""


class Server:
    """A server in a process of its own; `serve` starts it there, and tells how to reach it."""

    def __init__(self, serve: Callable[[Callable[[Told], None]], None]) -> None:
        asking, self._ask = os.pipe()
        self._answer, answering = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            _become_server(serve, asking, answering)
        os.close(asking)
        os.close(answering)
        self._answers = os.fdopen(self._answer)
        self.told: Told = json.loads(self._answers.readline())

    def take(self) -> list[Sent]:
        """The requests that came in since the last time."""
        os.write(self._ask, b"t")
        rows = json.loads(self._answers.readline())
        return requests_in([(number, base64.b64decode(text)) for number, text in rows])

    def close(self) -> None:
        """End the process."""
        with suppress(OSError):
            os.write(self._ask, b"q")
        os.waitpid(self._child, 0)
        os.close(self._ask)
        self._answers.close()


def _become_server(serve: Callable[[Callable[[Told], None]], None], asking: int, answering: int) -> NoReturn:
    parent = os.getppid()
    answers = os.fdopen(answering, "w")

    def ready(told: Told) -> None:
        tap = Tap(urlsplit(told["url"]).port or 0)
        _say(answers, {**told, "tapped": f"http://127.0.0.1:{tap.port}"})
        while os.getppid() == parent:
            if not select.select([asking], [], [], 1.0)[0]:
                continue
            if os.read(asking, 1) != b"t":
                break
            _say(answers, [[number, base64.b64encode(piece).decode()] for number, piece in tap.take()])

    try:
        serve(ready)
    finally:
        os._exit(0)


def _say(answers: Any, value: object) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


@dataclass(frozen=True)
class Account:
    """A served sandbox: its file, its server and how a client reaches it."""

    path: Path
    server: Server

    @property
    def url(self) -> str:
        """Where a client sends its requests: through the tap."""
        return self.server.told["tapped"]

    @property
    def secrets(self) -> tuple[str, str]:
        """The id of the client and its key."""
        return self.server.told["client_id"], self.server.told["private_key"]

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Ask the side door of the sandbox, past the tap."""
        return call(self.server.told["url"], method, f"/_sandbox/{path}", body)

    def clock(self, now: str) -> None:
        """Stop the account's clock at this instant."""
        self.control("PUT", "clock", {"now": now.replace("Z", "+00:00")})

    def switch(self, profile: str | None = None, **switches: str | int) -> None:
        """Turn switches of the sandbox. A list in an order by chance could not be recorded twice alike."""
        settled = {"list_order": "newest"} if profile == "hostile" else {}
        body: dict[str, object] = {"switches": {**settled, **switches}}
        self.control("PUT", "switches", {**body, "profile": profile} if profile else body)

    def fault(self, *faults: str) -> None:
        """These faults and no others strike from now on."""
        self.control("PUT", "faults", {"faults": list(faults), "seed": 7})


def open_account(template: Path, folder: Path, now: datetime, *, ticking: bool = False) -> Account:
    """Serve a copy of an account whose clock stands still, or moves on a second at each look."""
    folder.mkdir(parents=True)
    path = folder / "account.sqlite3"
    copyfile(template, path)

    def serve(ready: Callable[[Told], None]) -> None:
        from reconcile import sandbox  # noqa: PLC0415 - in the process of the server

        with sandbox.running(path, now=_ticking(now) if ticking else now) as access:
            told = {"url": access.url, "client_id": access.client_id, "private_key": access.private_key}
            ready({**told, "account": access.account})

    return Account(path, Server(serve))


def _ticking(start: datetime) -> Callable[[], datetime]:
    seconds = count()
    return lambda: start + timedelta(seconds=next(seconds))


class Refused(Exception):
    """The sandbox took a request for wrong."""


def call(url: str, method: str, path: str, body: object = None, token: str | None = None) -> Any:
    """Send one request and give its answer; Refused tells what was wrong with it."""
    headers: dict[str, str] = {"Authorization": f"Bearer {token}"} if token else {}
    sent = None if body is None else json.dumps(body).encode()
    return _exchanged(url, method, path, sent, headers)


def token_for(account: Account) -> str:
    """A token for everything, to bring a state about."""
    identity, key = account.secrets
    form = {"grant_type": "client_credentials", "client_id": identity, "client_secret": key}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url = account.server.told["url"]
    found = _exchanged(url, "POST", "/admin/oauth/token.json", urlencode(form).encode(), headers)
    return str(found["access_token"])


def _exchanged(url: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Any:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status >= 400:
        raise Refused(f"{method} {path}: {answer.status} {content.decode()}")
    return json.loads(content) if content else None
