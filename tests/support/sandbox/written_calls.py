"""Makes the calls of a case file to a running sandbox, and compares the answers with the expected ones.

A step is `{call: "GET /path", ...}` with, all optional: `send` (JSON), `form`, `raw` (text), `basic`
(HTTP Basic with the account's credentials), `as` (scopes of the token, or `nobody`), `status`, `answer`
(dotted path: value; `*` is anything but null, `""` as path is the whole), `absent` (paths), `count`
(path: length), `headers` (name: value or `*`), `holding` (path: text contained).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from reconcile import sandbox

MISSING = object()


@dataclass
class Caller:
    """A simple client with a token."""

    access: sandbox.Access
    path: Path
    session: requests.Session
    tokens: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, *, scopes: str = "", **options: Any) -> requests.Response:
        headers = options.pop("headers", {})
        if scopes != "nobody":
            headers = {"Authorization": f"Bearer {self.token(scopes)}", **headers}
        return self.session.request(method, self.access.url + path, headers=headers, timeout=30, **options)

    def get(self, path: str, **options: Any) -> Any:
        return self.call("GET", path, **options).json()

    def token(self, scopes: str = "") -> str:
        if scopes not in self.tokens:
            form = {
                "grant_type": "client_credentials",
                "client_id": self.access.client_id,
                "client_secret": self.access.private_key,
                **({"scope": scopes} if scopes else {}),
            }
            url = f"{self.access.url}/admin/oauth/token.json"
            answer = self.session.post(url, data=form, timeout=30)
            assert answer.status_code == 200, answer.text
            self.tokens[scopes] = answer.json()["access_token"]
        return self.tokens[scopes]

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self.session.request(method, f"{self.access.url}/_sandbox/{path}", json=body, timeout=30)

    def outbox(self) -> list[str]:
        return [mail["kind"] for mail in sandbox.show(self.path, "outbox")]


@contextmanager
def calling(path: Path, **options: Any) -> Iterator[Caller]:
    """A sandbox that serves this file, and a client of it."""
    with sandbox.running(path, **options) as access, requests.Session() as session:
        session.trust_env = False
        yield Caller(access, path, session)


def play_calls(caller: Caller, steps: list[dict[str, Any]]) -> None:
    """Make each call and compare."""
    for step in steps:
        check_answer(make_call(caller, step), step)


def make_call(caller: Caller, step: dict[str, Any]) -> requests.Response:
    method, _, path = step["call"].partition(" ")
    if path.startswith("/_sandbox/"):
        return caller.control(method, path.removeprefix("/_sandbox/"), step.get("send"))
    options: dict[str, Any] = {"scopes": step.get("as", ""), "headers": dict(step.get("with", {}))}
    if "form" in step:
        options["data"] = {name: filled(value, caller.access) for name, value in step["form"].items()}
    if "raw" in step:
        options["data"] = step["raw"].encode()
    if "send" in step:
        options["json"] = expanded(step["send"])
    if step.get("basic"):
        options["auth"] = (caller.access.client_id, caller.access.private_key)
        options["scopes"] = "nobody"
    return caller.call(method, path, **options)


def expanded(value: Any) -> Any:
    """The value with texts such as `x*201` written out: that many times the letter."""
    match value:
        case dict():
            return {key: expanded(inner) for key, inner in value.items()}
        case list():
            return [expanded(inner) for inner in value]
        case str() if re.fullmatch(r".\*\d+", value):
            return value[0] * int(value[2:])
        case _:
            return value


def filled(value: str, access: sandbox.Access) -> str:
    return value.replace("{client_id}", access.client_id).replace("{private_key}", access.private_key)


def check_answer(answer: requests.Response, expected: dict[str, Any]) -> None:
    assert answer.status_code == expected.get("status", answer.status_code), answer.text
    assert answer.status_code < 500, answer.text
    for name, value in expected.get("headers", {}).items():
        assert name in answer.headers, f"no header {name}"
        assert value in ("*", answer.headers[name])
    for path, value in expected.get("answer", {}).items():
        actual = at(answer, path)
        assert actual is not MISSING, f"{path}: absent in {answer.text}"
        assert (actual is not None) if value == "*" else (actual == value), (
            f"{path}: {actual!r}, not {value!r}"
        )
    for path in expected.get("absent", []):
        assert at(answer, path) is MISSING, f"{path}: {at(answer, path)!r} should not be there"
    for path, length in expected.get("count", {}).items():
        assert len(at(answer, path)) == length, f"{path}: {at(answer, path)!r}"
    for path, text in expected.get("holding", {}).items():
        assert text in at(answer, path), f"{path}: {at(answer, path)!r} does not hold {text!r}"


def at(answer: requests.Response, path: str) -> Any:
    """The part of a JSON answer at a dotted path."""
    value = answer.json() if answer.content else None
    for name in path.split(".") if path else ():
        if isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            return MISSING
    return value
