"""An update replaces all roles: it goes out in its turn or not at all, since a wait may make it wrong."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from reconcile.errors import Unauthorized
from reconcile.evance.reader import Reader
from reconcile.evance.writer import WriteKind
from reconcile.http.rate_limiter import RateLimiter
from reconcile.http.timetable import SPACING
from tests.support.http.account_rows import v1
from tests.support.http.client_clock import SleepClock
from tests.support.http.fake_account import (
    FakeAccount,
    FakeReply,
    OpenClient,
    Script,
    SeenRequest,
    token_reply,
)
from tests.support.http.write_results import expect

TURN = SPACING / 5
"""Seconds between two turns at five requests a second."""

PAYLOAD: dict[str, Any] = {"contact": {"accessRoles": []}}


def sent(fake_account: FakeAccount) -> list[str]:
    """The methods of all requests, a T for a token's."""
    return ["T" if seen.asks_token else seen.method for seen in fake_account.seen]


def numbered(lifetime: int = 3600) -> Script:
    """Tokens 1, 2, 3 ..."""
    numbers = iter(range(1, 100))
    return lambda _seen: token_reply(f"t{next(numbers)}", lifetime)


def after(number: int) -> Script:
    """The tokens before that number are not accepted any more."""
    return lambda seen: FakeReply(401) if int(seen.token[1:]) < number else FakeReply(body=v1(13))


def test_an_update_that_meets_a_401_is_not_sent_again(open_client: OpenClient) -> None:
    """The token is renewed, and the caller reads again: meanwhile somebody else may have written."""
    fake_account, writer = open_client(after(2), tokens=numbered())
    expect(writer.update("13", PAYLOAD), WriteKind.DEFERRED, r"did not update contact 13 \(401\)")
    assert sent(fake_account) == ["T", "POST", "T"]
    expect(writer.update("13", PAYLOAD), WriteKind.WRITTEN)
    assert sent(fake_account) == ["T", "POST", "T", "POST"]


def test_an_update_refused_with_a_new_token_ends_the_run(open_client: OpenClient) -> None:
    """A second 401 is no accident."""
    fake_account, writer = open_client(
        lambda seen: FakeReply(401) if seen.method == "POST" else FakeReply(body=v1(13)), tokens=numbered()
    )
    expect(writer.update("13", PAYLOAD), WriteKind.DEFERRED)
    writer.contact("13")
    with pytest.raises(Unauthorized, match="it refused a token that it had just given"):
        writer.update("13", PAYLOAD)
    assert sent(fake_account) == ["T", "POST", "T", "GET", "POST"]


def test_tokens_may_be_withdrawn_as_often_as_they_have_served(open_client: OpenClient) -> None:
    """A new token that took a write is as good as any: when it is withdrawn, there is a next one."""
    scripts = [after(1)]

    def script(seen: SeenRequest) -> FakeReply:
        return scripts[-1](seen)

    _, writer = open_client(script, tokens=numbered())
    writer.update("13", PAYLOAD)
    for number in (2, 3, 4):
        scripts.append(after(number))
        expect(writer.update("13", PAYLOAD), WriteKind.DEFERRED)
        writer.update("13", PAYLOAD)


def test_a_token_is_renewed_before_the_read_rather_than_before_the_write(
    open_client: OpenClient, clock: SleepClock
) -> None:
    """What a reading finds soon to expire is renewed then, so that the write that follows needs not wait."""
    fake_account, writer = open_client(after(0), tokens=numbered())
    writer.contact("13")
    clock.now += 3541
    writer.contact("13")
    writer.update("13", PAYLOAD)
    assert sent(fake_account) == ["T", "GET", "T", "GET", "POST"]


def test_a_token_that_was_good_for_the_read_is_good_for_the_write(
    open_client: OpenClient, clock: SleepClock
) -> None:
    """A margin that falls between the two asks for no new token."""
    fake_account, writer = open_client(after(0), tokens=numbered())
    writer.contact("13")
    clock.now += 3538
    writer.contact("13")
    clock.now += 5
    writer.update("13", PAYLOAD)
    assert sent(fake_account) == ["T", "GET", "GET", "POST"]


def test_an_update_whose_token_must_be_asked_for_is_postponed(
    open_client: OpenClient, clock: SleepClock
) -> None:
    """Long after the reading the token has expired: it is renewed, and the update waits for another look."""
    fake_account, writer = open_client(after(0), tokens=numbered())
    writer.contact("13")
    clock.now += 3600
    expect(writer.update("13", PAYLOAD), WriteKind.DEFERRED, "update contact 13 was not sent")
    assert sent(fake_account) == ["T", "GET", "T"]
    writer.update("13", PAYLOAD)


def test_an_update_whose_first_token_took_long_is_postponed(open_client: OpenClient) -> None:
    """The account may have been read with another client's token."""
    tokens = iter([FakeReply(503, headers={"Retry-After": "9"}), token_reply()])
    fake_account, writer = open_client(after(0), tokens=lambda _seen: next(tokens))
    expect(writer.update("13", PAYLOAD), WriteKind.DEFERRED)
    assert sent(fake_account) == ["T", "T"]


def test_an_update_does_not_wait_out_the_pause_of_another_worker(
    open_client: OpenClient, clock: SleepClock
) -> None:
    """A pause that somebody else was asked for holds an update, too: it is not sent as it was after it."""
    answers = iter([FakeReply(429, headers={"Retry-After": "4"})])
    fake_account, writer = open_client(lambda seen: next(answers, FakeReply(body=v1(int(seen.path[14:16])))))
    writer._api.tokens.current()
    expect(writer.update("14", PAYLOAD), WriteKind.DEFERRED)
    paused_at = clock.now
    expect(writer.update("13", PAYLOAD), WriteKind.DEFERRED, "was not sent")
    assert clock.now == pytest.approx(paused_at, abs=0.01)
    writer.contact("13")
    assert clock.now >= paused_at + 4 - 0.01
    writer.update("13", PAYLOAD)
    assert sent(fake_account) == ["T", "POST", "GET", "POST"]


def test_a_pause_that_begins_while_an_update_waits_for_its_turn_postpones_it(clock: SleepClock) -> None:
    """At one request in ten seconds its turn is far away, and meanwhile the account asks for a pause."""
    pauses = iter([1.0])

    def sleep(seconds: float) -> None:
        clock.now += seconds
        for pause in pauses:
            pace.pause(pause)

    pace = RateLimiter(0.1, replace(clock.timing, sleep=sleep))
    pace.wait_for_turn()
    assert not pace.wait_for_reserved_turn()
    assert pace.wait_for_reserved_turn()


def test_an_update_that_wakes_long_after_its_turn_is_postponed(clock: SleepClock) -> None:
    """A machine that stood still for a while: what was read before that is not taken for the present."""
    pace = RateLimiter(4, replace(clock.timing, sleep=lambda _seconds: clock.sleep(60)))
    pace.wait_for_turn()
    assert not pace.wait_for_reserved_turn()
    assert pace.wait_for_reserved_turn()


@pytest.mark.parametrize("look", ["contact", "contact_to_update"])
def test_the_ordinary_turn_of_eight_workers_is_waited_for(open_client: OpenClient, look: str) -> None:
    """A turn that is 1.6 seconds away is no reason to read again: each of them reads once and writes once."""
    fake_account, writer = open_client(
        lambda seen: FakeReply(body=v1(int(seen.path[14:16]))), rate=5, concurrency=8
    )

    def settled(number: int) -> None:
        getattr(writer, look)(str(number))
        writer.update(str(number), PAYLOAD)

    threads = [threading.Thread(target=settled, args=(number,)) for number in range(20, 28)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [seen.method for seen in fake_account.calls].count("POST") == 8
    assert len(fake_account.calls) == 16


def test_who_reads_to_write_keeps_the_next_turn(clock: SleepClock) -> None:
    """However many ask meanwhile, the write comes right behind its read, and the others after it."""
    pace = RateLimiter(5, clock.timing)
    pace.wait_for_turn(reserve_next=True)
    others = [pace._reserve() for _ in range(7)]
    assert pace.wait_for_reserved_turn()
    assert clock.now == pytest.approx(1000 + TURN)
    assert others == pytest.approx([1000 + TURN * place for place in range(2, 9)])


def test_who_waits_to_read_keeps_the_turn_beside_it(clock: SleepClock) -> None:
    """Both turns are taken at once: who comes while it waits for the first stands behind the second."""
    others: list[float] = []

    def sleep(seconds: float) -> None:
        clock.now += seconds
        others.append(pace._reserve())

    pace = RateLimiter(5, replace(clock.timing, sleep=sleep))
    first = pace._reserve()
    pace.wait_for_turn(reserve_next=True)
    assert clock.now == pytest.approx(first + TURN)
    assert pace.wait_for_reserved_turn()
    assert clock.now == pytest.approx(first + 2 * TURN)
    assert others == pytest.approx([first + 3 * TURN, first + 4 * TURN])


@pytest.mark.parametrize("meanwhile", ["a pause", "too late"])
def test_a_turn_that_was_kept_lapses(clock: SleepClock, meanwhile: str) -> None:
    """After a pause, and when the answer to the read took long, a turn is taken like any other."""
    pace = RateLimiter(5, clock.timing)
    pace.wait_for_turn(reserve_next=True)
    if meanwhile == "a pause":
        pace.pause(1.0, refused=False)
        clock.now += 1.0
    else:
        clock.now += 3.0
    others = pace._reserve()
    assert pace.wait_for_reserved_turn()
    assert clock.now == pytest.approx(others + TURN)


def test_no_connection_postpones_an_update_and_holds_the_next_request(
    open_client: OpenClient, clock: SleepClock
) -> None:
    """It was not sent, and is not sent again as it was; what follows waits for the back-off."""
    _, writer = open_client(lambda _seen: FakeReply(body=v1(13)))
    writer.contact("13")
    moved = open_client(lambda _seen: FakeReply(), base_url="http://127.0.0.1:1")[1]
    moved._api.tokens = writer._api.tokens
    for times in (1, 2, 3):
        before = clock.now
        expect(moved.update("13", PAYLOAD), WriteKind.DEFERRED, "no connection")
        assert clock.now == pytest.approx(before, abs=0.01)
        assert moved._api.rate_limiter.paused_until - before == pytest.approx(
            0.5 * 2 ** (times - 1), abs=0.01
        )
        clock.now = moved._api.rate_limiter.paused_until


def test_a_reader_renews_and_repeats_as_ever(open_client: OpenClient) -> None:
    """What a GET says does not age: after a 401 it is sent again at once."""
    fake_account, reader = open_client(after(2), tokens=numbered(), kind=Reader)
    assert reader.contact("13").identity.id == "13"
    assert sent(fake_account) == ["T", "GET", "T", "GET"]
