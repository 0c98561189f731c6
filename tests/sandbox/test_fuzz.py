"""Malformed bodies, wrong types, huge values and random bytes never bring a 500."""

import http.client
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.support.sandbox.written_calls import Caller, calling
from tests.support.shop import NOW

PATHS = [
    "/api/contacts.json", "/api/contacts/13.json", "/api/contacts/14.json", "/api/contacts/search.json",
    "/api/v2/contacts.json", "/api/v2/contacts/13.json", "/api/v2/roles.json", "/api/v2/roles/5.json",
    "/api/index.json", "/admin/oauth/token", "/admin/oauth/token.json", "/_sandbox/switches",
    "/_sandbox/clock", "/_sandbox/faults", "/_sandbox/clients", "/_sandbox/contacts/13/verify",
    "/_sandbox/contacts/25/roles/trade-account/approve",
]  # fmt: skip

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]

KEYS = [
    "contact", "data", "accessRoles", "tags", "address", "type", "email", "firstname", "firstName", "company",
    "reference", "password", "expires", "status", "title", "approvalMethod", "deniedUrl", "id", "line1",
    "countryCode", "consentsToEmail", "leaveDate", "profile", "switches", "now", "advance", "scopes", "seed",
]  # fmt: skip

PARAMETERS = [
    "page", "limit", "perPage", "id:in", "id:min", "id:max", "quickfind:after", "createdOn:min",
    "modifiedOn:before", "reference", "reference:in", "email", "q", "leaveDate", "title", "title:in",
]  # fmt: skip

WORDS: list[Any] = [
    None, True, False, 0, -1, 2**63, 2**64, -(2**70), 10**400, 1.5, 1e308, "", " ", "\0", "a\0b",
    "x" * 70_000, "customer", "trade-account", "bob@email.com", "user", "hq", "\ud800", "\udfff\ud800",
    "é\u202e", "💥" * 50, [], {}, [[]], {"reference": "customer"},
    "'; DROP TABLE contacts; --", "%00", "2026-12-31T00:00:00+00:00", "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z", "active", "<b>",
]  # fmt: skip


def value(chance: random.Random, depth: int = 0) -> Any:
    roll = chance.random()
    if depth > 4 or roll < 0.5:
        return chance.choice(WORDS)
    if roll < 0.75:
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(KEYS): value(chance, depth + 1) for _ in range(chance.randrange(5))}


def likely(chance: random.Random) -> Any:
    """A body near enough to a right one to get far."""
    inner = {chance.choice(KEYS): value(chance, 2) for _ in range(chance.randrange(6))}
    shaped = {
        "accessRoles": [value(chance, 3) for _ in range(3)],
        "tags": {"contact": [value(chance, 4) for _ in range(3)]},
        "address": {chance.choice(KEYS): value(chance, 4)},
        "type": chance.choice(["user", "guest", "branch", "recipient"]),
        "email": f"{chance.random()}@example.com",
        "firstname": "A", "lastname": "B", "firstName": "A", "lastName": "B", "company": "C", "title": "T",
    }  # fmt: skip
    chosen = {key: value for key, value in shaped.items() if chance.random() < 0.6}
    return {chance.choice(["contact", "data"]): {**inner, **chosen}}


def body(chance: random.Random) -> bytes:
    makers: list[Callable[[], bytes]] = [
        lambda: b"",
        lambda: chance.randbytes(chance.randrange(300)),
        lambda: json.dumps(value(chance)).encode(),
        lambda: json.dumps(likely(chance)).encode(),
        lambda: json.dumps(likely(chance)).encode(),
        lambda: json.dumps(likely(chance)).encode()[: chance.randrange(80)],
        lambda: json.dumps(likely(chance), ensure_ascii=False).encode("utf-8", "surrogatepass"),
        lambda: b"[" * chance.randrange(1, 20_000),
        lambda: b'{"contact":' * chance.randrange(1, 3_000),
        lambda: b'{"contact":{"firstname":NaN}}',
        lambda: b"grant_type=client_credentials&client_id=%ff%fe&client_secret=\xff&" + b"a=1&" * 60,
        lambda: b"grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=" + chance.randbytes(40),
        lambda: b"grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=e30.e30.e30",
    ]
    return chance.choice(makers)()


def query(chance: random.Random) -> str:
    if chance.random() < 0.6:
        return ""
    pairs = [(chance.choice(PARAMETERS), str(chance.choice(WORDS))) for _ in range(chance.randrange(1, 4))]
    texts = [f"{quote(name)}={quote(text[:2_000].encode('utf-8', 'replace'))}" for name, text in pairs]
    return "?" + "&".join([*texts, *(["%ff%fe=%zz"] if chance.random() < 0.1 else [])])


def path(chance: random.Random) -> str:
    chosen = chance.choice(PATHS)
    if chance.random() < 0.1:
        strange = ["%00", "%ff", "..%2f", "9" * 30, "-1", "\uff11\uff13", "", "'"]
        return f"/api/{chance.choice(['', 'v2/'])}contacts/{quote(chance.choice(strange), safe='%')}.json"
    return chosen.replace("/", "//") if chance.random() < 0.05 else chosen


def storm(caller: Caller, requests: int, seed: int) -> dict[int, int]:
    """Send so many random requests over one connection and count the statuses that come back."""
    chance = random.Random(seed)
    where = urlsplit(caller.access.url)
    link = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    statuses: dict[int, int] = {}
    for number in range(requests):
        if number % 250 == 0:  # the storm turns switches, moves clocks and deletes what it meets
            caller.control("PUT", "clock", {})
            caller.control("PUT", "faults", {"faults": []})
            caller.tokens.clear()
        headers = {"Authorization": f"Bearer {caller.token()}"} if chance.random() < 0.95 else {}
        if chance.random() < 0.02:
            headers["Authorization"] = chance.choice(["Basic \xff", "Bearer \xe9", "Basic Og==", "Bearer"])
        method, target, sent = chance.choice(METHODS), path(chance) + query(chance), body(chance)
        link.request(method, target, body=sent, headers=headers)
        answer = link.getresponse()
        answer.read()
        assert answer.status < 500, (seed, number, method, target[:300], sent[:300])
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
    link.close()
    return statuses


def judge(statuses: dict[int, int]) -> None:
    """The storm got somewhere: it was answered and refused in many ways."""
    assert {200, 400, 401, 404, 405, 422} <= set(statuses), statuses


@pytest.mark.parametrize("profile", ["documented", "hostile"])
def test_nothing_brings_a_500(shop_file: Path, profile: str) -> None:
    """A thousand strange requests get an answer below 500 each, and the server lives."""
    with calling(shop_file, now=NOW, profile=profile) as caller:
        judge(storm(caller, 1_000, seed=1))
        assert caller.call("GET", "/api/index.json").status_code == 200


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_nothing_brings_a_500_for_long(shop_file: Path, seed: int) -> None:
    """The full count: 20,000 requests in four storms."""
    with calling(shop_file, now=NOW) as caller:
        judge(storm(caller, 5_000, seed))


def test_a_body_beyond_a_megabyte_is_refused(caller: Caller) -> None:
    """413, and the server goes on."""
    text = json.dumps({"contact": {"biography": "x" * 2_000_000}})
    assert caller.call("POST", "/api/contacts/13.json", data=text).status_code == 413
    assert caller.call("GET", "/api/contacts/13.json").status_code == 200


def test_a_long_path_is_refused(caller: Caller) -> None:
    """An endless target is a bad request."""
    assert caller.call("GET", f"/api/contacts/{'1' * 20_000}.json").status_code == 400
