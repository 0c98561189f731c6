"""Tokens: both flows, renewal, single flight, refusals."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest

from reconcile.errors import NotFound, Unauthorized, UnexpectedResponse
from reconcile.evance.connection import Credentials
from reconcile.evance.reader import Reader
from reconcile.model.settings import AuthFlow
from tests.support.http.account_rows import v1, whole_account
from tests.support.http.client_clock import SleepClock, connection_to
from tests.support.http.fake_account import (
    CLIENT_ID,
    PRIVATE_KEY,
    FakeReply,
    OpenClient,
    SeenRequest,
    token_reply,
)

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def one_contact(_seen: SeenRequest) -> FakeReply:
    return FakeReply(body=v1(13))


def test_each_try_signs_an_assertion_of_its_own(open_client: OpenClient, clock: SleepClock) -> None:
    """After a lost answer the first one may be used up, and after a wait it would be too old."""
    replies = iter([FakeReply(503, headers={"Retry-After": "90"}), token_reply()])
    fake_account, reader = open_client(
        one_contact, tokens=lambda _seen: next(replies), auth=AuthFlow.JWT_BEARER
    )
    reader.contact("13")
    claims = [
        jwt.decode(seen.form["assertion"], options={"verify_signature": False})
        for seen in fake_account.token_calls
    ]
    assert len({told["jti"] for told in claims}) == 2
    assert clock.slept >= 90
    assert claims[1]["exp"] == int(clock.wall()) + 60


def test_client_credentials_are_sent_as_a_form(open_client: OpenClient) -> None:
    """The documented form goes to the documented path, once, and its token is sent along."""
    fake_account, reader = open_client(one_contact)
    reader.contact("13")
    reader.contact("13")
    (asked,) = fake_account.token_calls
    assert (asked.method, asked.path) == ("POST", "/admin/oauth/token.json")
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.form == {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": PRIVATE_KEY,
    }
    assert {seen.token for seen in fake_account.calls} == {token_reply().body["access_token"]}


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_an_assertion_is_signed_with_the_private_key(
    open_client: OpenClient, clock: SleepClock, algorithm: str
) -> None:
    """The JWT names the token's URL, the client twice, a minute, and itself; its secret stays here."""
    fake_account, reader = open_client(
        one_contact, auth=AuthFlow.JWT_BEARER, credentials=Credentials(CLIENT_ID, PRIVATE_KEY, algorithm)
    )
    reader.contact("13")
    (asked,) = fake_account.token_calls
    assert set(asked.form) == {"grant_type", "assertion"}
    assert asked.form["grant_type"] == JWT_BEARER
    assert jwt.get_unverified_header(asked.form["assertion"]) == {"alg": algorithm, "typ": "JWT"}
    claims = jwt.decode(
        asked.form["assertion"],
        PRIVATE_KEY,
        algorithms=[algorithm],
        audience=f"{fake_account.url}/admin/oauth/token.json",
        options={"verify_exp": False, "verify_iat": False},
    )
    now = int(clock.wall())
    assert {key: claims[key] for key in ("iss", "sub", "iat", "exp")} == {
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "iat": now - 30,
        "exp": now + 60,
    }
    assert re.fullmatch("[0-9a-f]{32}", claims["jti"])
    assert PRIVATE_KEY.encode() not in asked.body


def test_a_key_that_can_not_sign_is_refused(open_client: OpenClient) -> None:
    """A key of another kind ends in one line, and in no exception of the library."""
    pem = "-----BEGIN PUBLIC KEY-----\nc0ffee\n-----END PUBLIC KEY-----"
    _, reader = open_client(one_contact, auth=AuthFlow.JWT_BEARER, credentials=Credentials(CLIENT_ID, pem))
    with pytest.raises(Unauthorized, match="can't sign with HS256") as caught:
        reader.contact("13")
    assert caught.value.__context__ is None


def test_the_path_of_the_official_clients_is_tried_too(open_client: OpenClient) -> None:
    """Where the documented token path is missing, the one that the official clients use is taken."""
    fake_account, reader = open_client(
        one_contact, tokens=lambda seen: FakeReply(404) if seen.path.endswith(".json") else token_reply()
    )
    assert reader.contact("13").identity.id == "13"
    assert [seen.path for seen in fake_account.token_calls] == [
        "/admin/oauth/token.json",
        "/admin/oauth/token",
    ]


def test_an_account_without_tokens_is_named(open_client: OpenClient) -> None:
    """A host that gives no tokens at all is probably misspelt."""
    _, reader = open_client(one_contact, tokens=lambda _seen: FakeReply(404))
    with pytest.raises(
        NotFound, match=r"shop\.evance\.me gives no tokens \(404\): is the account's name right"
    ):
        reader.contact("13")


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("flow", AuthFlow)
def test_wrong_credentials_are_one_line_that_says_what_to_do(
    open_client: OpenClient, status: int, flow: AuthFlow
) -> None:
    """The OAuth error is named; the description, which may quote anything, is not shown."""
    body = {"error": "invalid_client", "error_description": f"no client {PRIVATE_KEY}"}
    fake_account, reader = open_client(one_contact, tokens=lambda _seen: FakeReply(status, body), auth=flow)
    with pytest.raises(Unauthorized) as caught:
        reader.contact("13")
    said = str(caught.value)
    assert "did not accept the credentials (invalid_client): check EVANCE_CLIENT_ID" in said
    assert ("clock" in said) == (flow is AuthFlow.JWT_BEARER)
    assert "\n" not in said
    assert PRIVATE_KEY not in said
    assert len(fake_account.seen) == 1


def test_refused_credentials_are_not_tried_again(open_client: OpenClient) -> None:
    """Many workers with wrong credentials send them once, lest the account is locked."""
    fake_account, reader = open_client(
        one_contact, tokens=lambda _seen: FakeReply(401, {"error": "invalid_client"})
    )
    for _ in range(3):
        with pytest.raises(Unauthorized):
            reader.contact("13")
    assert len(fake_account.seen) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        "token",
        {"access_token": 5},
        {"access_token": ""},
        {"access_token": "a b"},
        {"access_token": "a\r\nX-Evil: 1"},
        {"access_token": "é"},
        b"<html>",
    ],
)
def test_a_token_that_is_none_is_unintelligible(open_client: OpenClient, body: object) -> None:
    """Nothing but a text that can stand in a header is taken as a token."""
    fake_account, reader = open_client(one_contact, tokens=lambda _seen: FakeReply(body=body))
    with pytest.raises(UnexpectedResponse, match="is this the address of an Evance account"):
        reader.contact("13")
    assert fake_account.calls == []


def test_a_token_is_renewed_shortly_before_it_expires(open_client: OpenClient, clock: SleepClock) -> None:
    """A token of an hour is used for 59 minutes, whatever the server would still accept."""
    tokens = iter(["first", "second"])
    fake_account, reader = open_client(one_contact, tokens=lambda _seen: token_reply(next(tokens)))
    reader.contact("13")
    clock.now += 3539
    reader.contact("13")
    clock.now += 2
    reader.contact("13")
    assert [seen.token for seen in fake_account.calls] == ["first", "first", "second"]


@pytest.mark.parametrize("seconds", [None, "soon", -1, 0, "3600", 1e999])
def test_a_lifetime_that_is_not_told_is_an_hour(
    open_client: OpenClient, clock: SleepClock, seconds: object
) -> None:
    """Without a usable lifetime the documented hour holds."""
    body = {"access_token": "first", "expires_in": seconds}
    fake_account, reader = open_client(one_contact, tokens=lambda _seen: FakeReply(body=body))
    reader.contact("13")
    clock.now += 3000
    reader.contact("13")
    assert len(fake_account.token_calls) == 1


def test_a_token_that_expires_in_mid_run_is_renewed_once(open_client: OpenClient) -> None:
    """Whatever the workers have under way when the token dies, one new token is asked for and all goes on."""
    lock = threading.Lock()
    good = {"token": "t1"}

    def tokens(_seen: SeenRequest) -> FakeReply:
        return token_reply(good["token"])

    account = whole_account(40)

    def script(seen: SeenRequest) -> FakeReply:
        with lock:
            if seen.path == "/api/contacts/20.json" and good["token"] == "t1":
                good["token"] = "t2"
            if seen.token != good["token"]:
                return FakeReply(401, {"success": False, "status": 401})
        return account(seen)

    fake_account, reader = open_client(script, tokens=tokens)
    assert len(reader.contacts(reader.listing().identities)) == 40
    assert len(fake_account.token_calls) == 2


def test_a_401_with_a_new_token_ends_the_run(open_client: OpenClient) -> None:
    """A second 401 is no accident: one retry, then the error."""
    fake_account, reader = open_client(lambda _seen: FakeReply(401))
    with pytest.raises(Unauthorized, match="it refused a token that it had just given"):
        reader.contact("13")
    assert (len(fake_account.calls), len(fake_account.token_calls)) == (2, 2)


def test_one_token_is_asked_for_however_many_begin(open_client: OpenClient) -> None:
    """Eight workers that start together share one token request."""
    begun = threading.Barrier(8)
    fake_account, reader = open_client(one_contact, kind=Reader)

    def begin(_number: int) -> str:
        begun.wait()
        return str(reader.contact("13").identity.id)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(begin, range(8))) == ["13"] * 8
    assert len(fake_account.token_calls) == 1


def test_a_token_request_is_repeated_when_the_server_fails(open_client: OpenClient) -> None:
    """A 500 and a 429 of the token path are waited out as for any read."""
    answers = iter([FakeReply(500), FakeReply(429, headers={"Retry-After": "3"}), token_reply()])
    _, reader = open_client(one_contact, tokens=lambda _seen: next(answers))
    assert reader.contact("13").identity.id == "13"


def test_a_connection_hides_its_key() -> None:
    """What a log would print of a connection has no secret."""
    assert PRIVATE_KEY not in repr(connection_to("http://127.0.0.1:1"))
