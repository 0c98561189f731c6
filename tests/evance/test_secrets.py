"""Canaries in every secret: no error, chain, repr or text of the client ever shows one."""

import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconcile.errors import ReconcileError
from reconcile.evance.connection import Credentials
from reconcile.evance.writer import WriteKind, WriteResult
from reconcile.http.rate_limiter import RetryPolicy
from reconcile.model.settings import AuthFlow
from tests.support.http.fake_account import FakeReply, OpenClient, SeenRequest

KEY = "canarykey" * 8

TOKEN = "canarytoken" * 4

PERSON = "canary.person@example.com"

CANARIES = ("canarykey", "canarytoken", "canary.person", "Bearer", "eyJ")

LOUD = {
    "error": TOKEN,
    "errors": [{"name": TOKEN + " " + KEY, "message": PERSON, "ref": KEY + "!"}],
    "contact": KEY,
}


def echo(seen: SeenRequest) -> bytes:
    """What a careless server or proxy shows: the whole request."""
    return f"{seen.headers} {seen.body.decode()} {PERSON} {KEY}".encode()


TROUBLES: dict[str, Callable[[SeenRequest], FakeReply]] = {
    "reset": lambda _seen: FakeReply(hang_up=True),
    "cut": lambda seen: FakeReply(200, echo(seen), cut=True),
    "html": lambda seen: FakeReply(200, b"<html>" + echo(seen)),
    "json of another form": lambda _seen: FakeReply(200, {"data": LOUD}),
    "not found": lambda seen: FakeReply(404, echo(seen)),
    "redirect": lambda _seen: FakeReply(302, headers={"Location": f"https://x.example/?t={TOKEN}&k={KEY}"}),
    "redirect to a host named after the token": lambda _seen: FakeReply(
        302, headers={"Location": f"https://{TOKEN}.login.example/"}
    ),
    "redirect to a host named after the key": lambda _seen: FakeReply(
        302, headers={"Location": f"https://x.{KEY.upper()}.example/"}
    ),
    "redirect with a password": lambda _seen: FakeReply(
        302, headers={"Location": f"https://{KEY}:{TOKEN}@x.example/"}
    ),
    "bad chunks": lambda seen: FakeReply(200, echo(seen) + b"\r\n", {"Transfer-Encoding": "chunked"}),
    "bad gzip": lambda seen: FakeReply(200, echo(seen), {"Content-Encoding": "gzip"}),
    **{
        str(status): lambda _seen, status=status: FakeReply(status, LOUD)
        for status in (400, 401, 403, 405, 409, 422)
    },
    **{str(status): lambda seen, status=status: FakeReply(status, echo(seen)) for status in (429, 500, 503)},
}

CALLS: dict[str, Callable[[Any], Any]] = {
    "list": lambda writer: writer.listing(),
    "roles": lambda writer: writer.roles(),
    "read": lambda writer: writer.contact("13"),
    "update": lambda writer: writer.update("13", {"contact": {"email": PERSON}}),
    "create": lambda writer: writer.create({"contact": {"email": PERSON}}),
}


def chained(error: BaseException | None) -> Iterator[BaseException]:
    """An exception with everything behind it, suppressed or not."""
    while error is not None:
        yield error
        yield from chained(error.__cause__)
        error = error.__context__


def assert_silent(error: BaseException) -> None:
    assert "\n" not in str(error)
    everything = ["".join(traceback.format_exception(error))]
    everything += [f"{part!s} {part!r} {part.args} {vars(part)}" for part in chained(error)]
    for canary in CANARIES:
        assert canary not in "\n".join(everything)


GOOD = FakeReply(body={"access_token": TOKEN, "expires_in": 3600})

SECRETIVE = {"credentials": Credentials("client", KEY), "retry": RetryPolicy(tries=2, reading=2)}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_failed_call_shows_a_secret(open_client: OpenClient, trouble: str, call: str) -> None:
    """Every failure of every call: one line, no canary in a result or the whole chain of exceptions."""
    _, writer = open_client(TROUBLES[trouble], tokens=lambda _seen: GOOD, **SECRETIVE)
    try:
        result = CALLS[call](writer)
    except ReconcileError as error:
        assert_silent(error)
    else:
        assert_failed_silently(result)


def assert_failed_silently(write: WriteResult) -> None:
    """A write tells its failure as a value: its detail is shown, and nothing else is in it."""
    assert write.kind is not WriteKind.WRITTEN
    assert "\n" not in write.detail
    assert not any(canary in repr(write) for canary in CANARIES)


@pytest.mark.parametrize("flow", AuthFlow)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_failure_to_get_a_token_shows_a_secret(
    open_client: OpenClient, trouble: str, flow: AuthFlow
) -> None:
    """Every failure of the token request, in each flow: the key and the assertion stay unseen."""
    _, writer = open_client(lambda _seen: FakeReply(), tokens=TROUBLES[trouble], auth=flow, **SECRETIVE)
    with pytest.raises(ReconcileError) as caught:
        writer.contact("13")
    assert_silent(caught.value)


def test_the_check_finds_a_canary() -> None:
    """The test above could fail: a chained exception that holds a token is found."""
    with pytest.raises(AssertionError):
        assert_silent(_leaking())


def _leaking() -> Exception:
    error = RuntimeError("harmless")
    error.__context__ = ValueError(TOKEN)
    error.__suppress_context__ = True
    return error


@pytest.mark.parametrize("broken", [f"{TOKEN}\r\n", f"{TOKEN} x", f"\x7f{TOKEN}"])
def test_a_token_that_can_not_be_sent_is_not_shown(open_client: OpenClient, broken: str) -> None:
    """A token that would break the header is refused before the HTTP library could complain about it."""
    _, writer = open_client(
        lambda _seen: FakeReply(), tokens=lambda _seen: FakeReply(body={"access_token": broken})
    )
    with pytest.raises(ReconcileError) as caught:
        writer.contact("13")
    assert_silent(caught.value)
