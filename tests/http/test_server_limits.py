"""A known limit is used and not exceeded, an unknown one is found: however the server counts.

On a simulated clock (`tests/support/http/server_limits.py`), and once over real HTTP.
"""

import math
import re
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconcile.evance.api_client import Listener
from reconcile.evance.reader import Reader
from reconcile.http.timetable import Timetable
from tests.support.http.account_rows import whole_account
from tests.support.http.client_clock import connection_to
from tests.support.http.fake_account import FakeReply, SeenRequest, serve_account
from tests.support.http.server_limits import (
    FixedWindow,
    Outcome,
    RetryAfter,
    ServerLimit,
    SlidingWindow,
    TokenBucket,
    send_all,
)

MILLISECOND = 0.001

KNOWN: dict[str, tuple[Callable[[], ServerLimit], float]] = {
    "5 in a second, from its beginning": (lambda: FixedWindow(5, 1), 8 * MILLISECOND),
    "300 in a minute, from its beginning": (lambda: FixedWindow(300, 60), 500 * MILLISECOND),
    "5 in any second": (lambda: SlidingWindow(5, 1), 8 * MILLISECOND),
    "300 in any minute": (lambda: SlidingWindow(300, 60), 500 * MILLISECOND),
    "a bucket of one": (lambda: TokenBucket(5, 1), MILLISECOND),
    "a bucket of two": (lambda: TokenBucket(5, 2), 190 * MILLISECOND),
    "a fast bucket of one": (lambda: TokenBucket(50, 1), 0.1 * MILLISECOND),
}
"""Each with how much the time that a request takes to arrive may vary: the theory is in `timetable`."""


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_limit_is_used_and_not_exceeded(name: str) -> None:
    """99 % of it, and not one request is refused, with latency that varies."""
    make, jitter = KNOWN[name]
    limit = make()
    done = send_all(limit, limit.rate, requests=1_000, jitter=2 * jitter)
    assert done.refused == 0
    assert done.used(limit) >= 0.99


def test_more_jitter_than_any_timetable_can_bear_is_refused_seldom() -> None:
    """A bucket of one, and arrivals that vary by 40 ms: 200 ms apart can't be kept, so a rate is found."""
    limit = TokenBucket(5, 1)
    done = send_all(limit, limit.rate, jitter=80 * MILLISECOND)
    assert done.refused_share <= 0.01
    assert done.used(limit) >= 0.75


@pytest.mark.parametrize(("latency", "workers"), [(1.5, 8), (0.5, 4), (3.0, 16)])
def test_the_workers_are_enough_for_slow_answers(latency: float, workers: int) -> None:
    """Rate times latency of them: eight at five a second bear answers of a second and a half."""
    limit = TokenBucket(5, 2)
    done = send_all(limit, limit.rate, requests=1_000, latency=latency, workers=workers)
    assert (done.refused, done.used(limit) >= 0.99) == (0, True)


UNKNOWN: dict[str, Callable[[], ServerLimit]] = {
    "5 in a second, from its beginning": lambda: FixedWindow(5, 1),
    "3 in a second, from its beginning": lambda: FixedWindow(3, 1),
    "300 in a minute, from its beginning": lambda: FixedWindow(300, 60),
    "5 in any second": lambda: SlidingWindow(5, 1),
    "50 in any ten seconds": lambda: SlidingWindow(50, 10),
    "300 in any minute": lambda: SlidingWindow(300, 60),
    "a bucket of one": lambda: TokenBucket(4.9, 1),
    "a bucket of ten": lambda: TokenBucket(5, 10),
    "a bucket of sixty": lambda: TokenBucket(5, 60),
}

ASKED: dict[str, RetryAfter | None] = {"exactly": lambda wait: wait, "in seconds": math.ceil, "not": None}
"""How a server says how long to wait."""


def expect_found(limit: ServerLimit, done: Outcome) -> None:
    """At most 2 % of 3,000 requests were refused, most of the limit is used, and what is told can be set."""
    assert done.taken == 3_000
    assert done.refused_share <= 0.02
    assert done.used(limit) >= 0.75
    found = done.timetable.search.found
    assert found is not None
    assert 0.7 * limit.rate <= found <= 1.03 * limit.rate


@pytest.mark.parametrize("name", UNKNOWN)
@pytest.mark.parametrize(("rate", "asked"), [(5.5, "in seconds"), (30.0, "not"), (1_000.0, "exactly")])
def test_an_unknown_limit_is_found(name: str, rate: float, asked: str) -> None:
    """By 2 % of the requests of a plan of 3,000 at most, and used well."""
    limit = UNKNOWN[name]()
    expect_found(limit, send_all(limit, rate, jitter=10 * MILLISECOND, retry_after=ASKED[asked]))


@pytest.mark.long
@settings(deadline=None, max_examples=50)
@given(
    name=st.sampled_from(sorted(UNKNOWN)),
    rate=st.floats(5.2, 1_000),
    asked=st.sampled_from(sorted(ASKED)),
    latency=st.floats(0.02, 0.4),
    chance=st.tuples(st.floats(0, 0.08), st.integers(0, 1_000)),
)
def test_any_unknown_limit_is_found(
    name: str, rate: float, asked: str, latency: float, chance: tuple[float, int]
) -> None:
    """Whatever the rate that is asked for, and however long answers take."""
    limit, (jitter, seed) = UNKNOWN[name](), chance
    expect_found(
        limit, send_all(limit, rate, latency=latency, jitter=jitter, retry_after=ASKED[asked], seed=seed)
    )


def test_a_limit_that_rises_is_noticed() -> None:
    """As when another app of the account has ended: what was found is no ceiling for good."""
    limit = TokenBucket(2, 2)
    done = send_all(limit, 8, requests=600)
    timetable, now = done.timetable, 10_000.0
    for _ in range(2_000):
        now = max(now, timetable.reserve(now))
        now = timetable.begin(now)
        timetable.take(now)
    assert timetable.search.rate == 8


@given(st.floats(0.01, 1_000), st.lists(st.tuples(st.sampled_from("ratp"), st.floats(0, 100)), max_size=60))
@example(1.0, [("r", 0.0), ("p", 0.0), ("p", 1.0), ("a", 0.0), ("r", 0.0), ("a", 0.0), ("p", 1.0)])
def test_no_history_stops_or_overdrives_a_client(rate: float, events: list[tuple[str, float]]) -> None:
    """After any answers at any times the next start is near, and the rate is at most what was asked for."""
    timetable, now, began = Timetable(rate, 0.0), 0.0, 0.0
    for event, value in events:
        now += value
        if event == "r":
            timetable.pause(now + value)
            timetable.refuse(began)
        elif event == "a":
            timetable.take(began)
        elif event == "t":
            timetable.tell(value, now, 60)
        elif timetable.begin(now) <= now:
            began = now
    assert 0 < timetable.search.rate <= rate
    now = max(now, timetable.paused_until)
    slowest = max(20 / rate, 20.0) * 1.01  # told, or found
    assert timetable.reserve(now) <= now + slowest
    assert timetable.begin(now) <= now + slowest


class CountingAccount:
    """An account that counts by a limit in real time, and how often it refused."""

    def __init__(self, size: int, limit: ServerLimit) -> None:
        self.refused = 0
        self._script = whole_account(size)
        self._limit = limit
        self._lock = threading.Lock()

    def script(self, seen: SeenRequest) -> FakeReply:
        with self._lock:
            wait = self._limit.ask(time.monotonic())
            self.refused += wait > 0
        return FakeReply(429, headers={"Retry-After": f"{wait:.3f}"}) if wait else self._script(seen)


def read_all(size: int, limit: ServerLimit, rate: float) -> tuple[CountingAccount, list[str]]:
    """Read an account of that size contact by contact over real HTTP; what was told of its limit."""
    account, told = CountingAccount(size, limit), list[str]()
    with serve_account(account.script) as server:
        connection = connection_to(server.url, rate=rate, concurrency=8)
        with Reader(connection, listener=Listener(limit=told.append)) as reader:
            assert len(reader.contacts(reader.listing().identities)) == size
    return account, told


@pytest.mark.long
def test_a_known_limit_over_real_http() -> None:
    """Nothing is refused, and nothing is told. A bucket of ten bears a machine that is busy."""
    account, told = read_all(100, TokenBucket(60, 10), 60)
    assert (account.refused, told) == (0, [])


@pytest.mark.long
def test_an_unknown_limit_over_real_http() -> None:
    """It is found, all contacts are read, and it is told once what to configure."""
    account, told = read_all(500, FixedWindow(60, 1), 1_000)
    assert account.refused <= 50
    (line,) = told
    assert re.fullmatch(
        r"Note: shop\.evance\.me takes about [0-9.]+ requests a second and was asked for 1000: "
        r"set 'rate: [0-9.]+' for this target in reconcile.yaml",
        line,
    )
