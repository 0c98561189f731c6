"""Whoever waits sees why, how long, and which try comes next; nothing personal and no secret is in it."""

import pytest

from reconcile.errors import ServerFailure
from reconcile.evance.api_client import Listener
from reconcile.evance.writer import WriteKind
from reconcile.http.rate_limiter import RetryPolicy
from tests.support.http.account_rows import v1
from tests.support.http.fake_account import FakeReply, OpenClient
from tests.support.http.write_results import expect

RETRY = RetryPolicy(tries=6, connecting=4, reading=3, first_delay=2, ceiling=16)

ASKED = FakeReply(429, headers={"Retry-After": "30"})

BOB = FakeReply(body=v1(13))


class Waits:
    """Notes what is told of waits."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.listener = Listener(wait=lambda line, _seconds: self.lines.append(line))


@pytest.mark.parametrize(
    ("answers", "lines"),
    [
        ([FakeReply(503)] * 2, ["503, trying again in 2 s (2 of 6)", "503, trying again in 4 s (3 of 6)"]),
        ([ASKED], ["429: the account asks to wait 30 s (2 of 6)"]),
        ([FakeReply(429)], ["429, trying again in 2 s (2 of 6)"]),
        ([FakeReply(hang_up=True)], ["the connection broke off, trying again in 2 s (2 of 6)"]),
        (
            [FakeReply(503), FakeReply(body=b"<html>")],
            ["503, trying again in 2 s (2 of 6)", "an answer that is no JSON, trying again in 4 s (2 of 3)"],
        ),
    ],
)
def test_a_wait_is_told_with_the_try_that_follows(
    open_client: OpenClient, answers: list[FakeReply], lines: list[str]
) -> None:
    """The limit is the one of that kind of failure."""
    waits, left = Waits(), iter([*answers, BOB])
    _, reader = open_client(lambda _seen: next(left), retry=RETRY, listener=waits.listener)
    reader.contact("13")
    assert waits.lines == lines


def test_the_last_number_told_is_the_number_of_tries(open_client: OpenClient) -> None:
    """Whoever reads "6 of 6" sees the last try."""
    waits = Waits()
    account, reader = open_client(lambda _seen: FakeReply(500), retry=RETRY, listener=waits.listener)
    with pytest.raises(ServerFailure):
        reader.contact("13")
    assert len(account.calls) == 6
    assert [line.rpartition(" in ")[2] for line in waits.lines] == [
        "2 s (2 of 6)",
        "4 s (3 of 6)",
        "8 s (4 of 6)",
        "16 s (5 of 6)",
        "16 s (6 of 6)",
    ]


def test_nobody_listens_where_no_account_is(open_client: OpenClient) -> None:
    """A refused connection has a smaller limit of its own."""
    waits = Waits()
    _, reader = open_client(
        lambda _seen: BOB, retry=RETRY, listener=waits.listener, base_url="http://127.0.0.1:1"
    )
    with pytest.raises(Exception, match="no connection"):
        reader.contact("13")
    assert waits.lines[-1] == "no connection, trying again in 8 s (4 of 4)"


def test_a_write_that_has_to_wait_is_told(open_client: OpenClient) -> None:
    """It is not sent again by itself, so no try is counted: the contact is read again first."""
    waits, left = Waits(), iter([BOB, ASKED])
    _, writer = open_client(lambda _seen: next(left), retry=RETRY, listener=waits.listener)
    writer.contact_to_update("13")
    expect(writer.update("13", {"contact": {"firstname": "Rob"}}), WriteKind.DEFERRED)
    assert waits.lines == ["429: the account asks to wait 30 s"]
