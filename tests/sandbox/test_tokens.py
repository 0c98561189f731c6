"""JWT bearer assertions, lifetimes, and credentials with fewer scopes."""

import time
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from tests.support.sandbox.written_calls import Caller, calling
from tests.support.shop import NOW

BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def claims(caller: Caller, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {
        "aud": f"{caller.access.url}/admin/oauth/token.json",
        "iss": caller.access.client_id,
        "sub": caller.access.client_id,
        "iat": now,
        "exp": now + 3600,
        "scope": "",
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def ask(caller: Caller, assertion: str, **form: str) -> requests.Response:
    url = f"{caller.access.url}/admin/oauth/token"
    return caller.session.post(url, data={"grant_type": BEARER, "assertion": assertion, **form}, timeout=30)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_an_assertion_buys_a_token(caller: Caller, algorithm: str) -> None:
    """Each documented algorithm is verified, and the token works; there is no refresh token."""
    answer = ask(caller, jwt.encode(claims(caller), caller.access.private_key, algorithm))
    assert answer.status_code == 200, answer.text
    assert "refresh_token" not in answer.json()
    caller.tokens["x"] = answer.json()["access_token"]
    assert caller.call("GET", "/api/contacts/13.json", scopes="x").status_code == 200


@pytest.mark.parametrize("audience", ["{url}/admin/oauth/token", "https://{account}/admin/oauth/token.json"])
def test_either_spelling_of_the_audience_is_right(caller: Caller, audience: str) -> None:
    """The token URL counts with and without .json, by the address called and by the account's name."""
    said = audience.format(url=caller.access.url, account=caller.access.account)
    assert ask(caller, jwt.encode(claims(caller, aud=said), caller.access.private_key)).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://elsewhere.evance.me/admin/oauth/token"},
        {"aud": None},
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iss": ["a"]},
        {"nbf": 99_999_999_999},
    ],
    ids=str,
)
def test_a_wrong_claim_is_an_invalid_grant(caller: Caller, wrong: dict[str, Any]) -> None:
    """Audience, issuer, subject and lifetime are all checked."""
    changed = claims(caller) | wrong
    payload = {name: value for name, value in changed.items() if value is not None}
    issuer = payload["iss"] if isinstance(payload.get("iss"), str) else caller.access.client_id
    token = jwt.encode({**payload, "iss": issuer}, caller.access.private_key)
    if payload.get("iss") != issuer:
        token = jwt.api_jws.encode(jwt.utils.force_bytes(_json(payload)), caller.access.private_key)
    answer = ask(caller, token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def _json(payload: dict[str, Any]) -> str:
    import json

    return json.dumps(payload)


def test_a_wrong_key_is_an_invalid_grant(caller: Caller) -> None:
    """The signature is verified."""
    answer = ask(caller, jwt.encode(claims(caller), "0" * 64))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_an_unsigned_assertion_is_an_invalid_grant(caller: Caller) -> None:
    """`alg: none` buys nothing."""
    answer = ask(caller, jwt.encode(claims(caller), None, algorithm="none"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_token_lives_an_hour(caller: Caller) -> None:
    """Up to 3,599 seconds after it was given a token is good, from 3,600 on it is not."""
    caller.token()
    caller.control("PUT", "clock", {"advance": 3_599})
    assert caller.call("GET", "/api/index.json").status_code == 200
    caller.control("PUT", "clock", {"advance": 1})
    assert caller.call("GET", "/api/index.json").status_code == 401


def test_a_token_survives_a_restart(shop_file: Path) -> None:
    """Tokens live in the file, so another process of the same account honours them."""
    with calling(shop_file, now=NOW) as first:
        token = first.token()
    with calling(shop_file, now=NOW) as second:
        second.tokens[""] = token
        assert second.call("GET", "/api/index.json").status_code == 200


def test_credentials_may_have_fewer_scopes(caller: Caller) -> None:
    """A client made with read-only scopes gets tokens for these and no others."""
    made = caller.control("POST", "clients", {"scopes": "contacts.readonly roles.readonly"}).json()
    form = {
        "grant_type": "client_credentials",
        "client_id": made["client_id"],
        "client_secret": made["private_key"],
    }
    url = f"{caller.access.url}/admin/oauth/token"
    answer = caller.session.post(url, data=form, timeout=30).json()
    assert answer["scope"] == "contacts.readonly roles.readonly"
    caller.tokens["less"] = answer["access_token"]
    assert caller.call("GET", "/api/contacts/13.json", scopes="less").status_code == 200
    assert caller.call("PUT", "/api/contacts/13.json", scopes="less", json={"contact": {}}).status_code == 403
    refused = caller.session.post(url, data={**form, "scope": "contacts"}, timeout=30)
    assert refused.json()["error"] == "invalid_scope"
