"""Pace and patience: when requests start, what is repeated, and for how long."""

import math
import threading
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.errors import ApiError, ServerFailure, Stopped, UnexpectedResponse, Unreachable
from reconcile.evance.reader import Reader
from reconcile.evance.writer import WriteKind
from reconcile.http.rate_limiter import RateLimiter, RetryPolicy, Timing, http_date, retry_after
from reconcile.http.timetable import SPACING
from tests.support.http.account_rows import v1, whole_account
from tests.support.http.client_clock import SleepClock
from tests.support.http.fake_account import FakeReply, OpenClient, SeenRequest
from tests.support.http.write_results import expect

BOB = FakeReply(body=v1(13))


def http(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def test_starts_lie_on_an_absolute_timetable(clock: SleepClock) -> None:
    """Work between two starts is not added to the interval."""
    pace = RateLimiter(4, clock.timing)
    starts = []
    for _ in range(5):
        pace.wait_for_turn()
        starts.append(clock.now - 1000)
        clock.now += 0.1
    assert starts == pytest.approx([number * SPACING / 4 for number in range(5)])


def test_time_that_passed_unused_is_not_caught_up(clock: SleepClock) -> None:
    """After an idle hour there is no burst."""
    pace = RateLimiter(4, clock.timing)
    pace.wait_for_turn()
    clock.now += 3600
    pace.wait_for_turn()
    before = clock.now
    pace.wait_for_turn()
    assert clock.now - before == pytest.approx(0.25 * SPACING)


def test_parallel_reads_obey_one_rate(open_client: OpenClient, clock: SleepClock) -> None:
    """However many workers there are, the k-th request does not start before k intervals have passed."""
    arrived: list[float] = []
    lock = threading.Lock()
    account = whole_account(40)

    def script(seen: SeenRequest) -> FakeReply:
        with lock:
            arrived.append(clock.now - 1000)
        return account(seen)

    _, reader = open_client(script, rate=5, concurrency=8)
    reader.contacts(reader.listing().identities)
    assert len(arrived) == 41
    # The token request took the first start.
    assert all(at >= (k + 1) / 5 - 1e-6 for k, at in enumerate(sorted(arrived)))


@pytest.mark.parametrize("form", ["seconds", "date", "date by the server's clock"])
def test_retry_after_is_obeyed_in_both_forms(open_client: OpenClient, clock: SleepClock, form: str) -> None:
    """Seconds and HTTP dates are waited for; the server's own Date makes a wrong clock here harmless."""
    wait = {
        "seconds": {"Retry-After": "17"},
        "date": {"Retry-After": http(clock.wall() + 17)},
        "date by the server's clock": {"Retry-After": http(17_000_017), "Date": http(17_000_000)},
    }[form]
    if form == "date":
        wait |= {"Date": "unknown"}
    answers = iter([FakeReply(429, headers=wait), BOB])
    _, reader = open_client(lambda _seen: next(answers))
    reader.contact("13")
    assert clock.slept == pytest.approx(17, abs=0.01)


def test_a_pause_holds_all_workers(
    open_client: OpenClient, clock: SleepClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a 429 nobody starts anything until the pause is over."""
    account = whole_account(30)
    lock, paused = threading.Lock(), threading.Event()

    def sleep(seconds: float) -> None:
        SleepClock.sleep(clock, seconds)
        if seconds > 0.1:
            paused.set()

    monkeypatch.setattr(clock, "sleep", sleep)
    refused_at: list[float] = []
    later: list[float] = []

    def script(seen: SeenRequest) -> FakeReply:
        with lock:
            if seen.path == "/api/contacts/10.json" and not refused_at:
                refused_at.append(clock.now)
                return FakeReply(429, headers={"Retry-After": "60"})
            refused = bool(refused_at)
            if refused:
                later.append(clock.now - refused_at[0])
        # Whoever is under way stays so until the 429 has arrived and is obeyed.
        assert not refused or paused.wait(30)
        return account(seen)

    _, reader = open_client(script, concurrency=4)
    assert len(reader.contacts(reader.listing().identities)) == 30
    # At most three others were already under way when the answer came.
    assert len([at for at in later if at < 60]) <= 3


def test_a_lower_limit_of_the_server_is_found(open_client: OpenClient, clock: SleepClock) -> None:
    """Asked ten times faster than the server allows, the client slows down and misses nothing."""
    account = whole_account(60)
    lock = threading.Lock()
    window = {"second": 0, "count": 0}
    refused: list[float] = []

    def script(seen: SeenRequest) -> FakeReply:
        with lock:
            second = int(clock.now)
            if window["second"] != second:
                window.update(second=second, count=0)
            window["count"] += 1
            if window["count"] > 3:
                refused.append(clock.now)
                return FakeReply(429)
        return account(seen)

    _, reader = open_client(script, rate=30, concurrency=8)
    assert len(reader.contacts(reader.listing().identities)) == 60
    assert 0 < len(refused) < 60


@pytest.mark.parametrize(
    "trouble", [FakeReply(500), FakeReply(502), FakeReply(503), FakeReply(504), FakeReply(hang_up=True)]
)
def test_a_read_is_repeated_when_the_server_fails(
    open_client: OpenClient, clock: SleepClock, trouble: FakeReply
) -> None:
    """Two failures and then an answer are an answer; the waits in between double."""
    answers = iter([trouble, trouble, BOB])
    _, reader = open_client(lambda _seen: next(answers))
    assert reader.contact("13").identity.id == "13"
    assert clock.slept == pytest.approx(0.5 + 1.0, abs=0.01)


@pytest.mark.parametrize(
    "bad", [FakeReply(body=b"<html>busy</html>"), FakeReply(body=b'{"contact": {"id"'), FakeReply(body=b"")]
)
def test_a_read_without_json_is_repeated_a_little(open_client: OpenClient, bad: FakeReply) -> None:
    """HTML or half an answer is tried three times, then said to be what it is."""
    answers = iter([bad, bad, BOB])
    _, reader = open_client(lambda _seen: next(answers))
    assert reader.contact("13").identity.id == "13"
    fake_account, reader = open_client(lambda _seen: bad)
    with pytest.raises(
        UnexpectedResponse, match="is not Evance's JSON: is this the address of an Evance account"
    ):
        reader.contact("13")
    assert len(fake_account.calls) == 3


def test_an_answer_cut_short_is_repeated(open_client: OpenClient) -> None:
    """Fewer bytes than announced are a broken connection, not an answer."""
    answers = iter([FakeReply(body=v1(13), cut=True), BOB])
    _, reader = open_client(lambda _seen: next(answers))
    assert reader.contact("13").identity.id == "13"


def test_a_server_that_keeps_failing_is_given_up(open_client: OpenClient) -> None:
    """The tries are bounded, and the error names status and account."""
    fake_account, reader = open_client(lambda _seen: FakeReply(500), retry=RetryPolicy(tries=5))
    with pytest.raises(ServerFailure, match=r"shop\.evance\.me did not show contact 13 \(500\)"):
        reader.contact("13")
    assert len(fake_account.calls) == 5


def test_a_pause_longer_than_the_patience_is_not_begun(open_client: OpenClient, clock: SleepClock) -> None:
    """A server that asks to wait for an hour is told of at once."""
    fake_account, reader = open_client(lambda _seen: FakeReply(429, headers={"Retry-After": "3600"}))
    with pytest.raises(ServerFailure, match="too many requests"):
        reader.contact("13")
    assert (len(fake_account.calls), clock.slept) == (1, pytest.approx(0, abs=0.01))


def test_the_whole_time_is_bounded(open_client: OpenClient, clock: SleepClock) -> None:
    """Tries end when the total time is used up, whatever their number."""
    _, reader = open_client(lambda _seen: FakeReply(503), retry=RetryPolicy(tries=1000, total=100))
    with pytest.raises(ServerFailure):
        reader.contact("13")
    assert clock.slept <= 101


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 418, 422])
def test_a_client_error_is_not_repeated(open_client: OpenClient, status: int) -> None:
    """What the server says is wrong does not become right by repeating."""
    fake_account, reader = open_client(lambda _seen: FakeReply(status, {}))
    with pytest.raises(ApiError):
        reader.contact("13")
    assert len(fake_account.calls) == 1


def test_a_host_that_does_not_listen_is_named(open_client: OpenClient, clock: SleepClock) -> None:
    """Refused connections are tried four times, then the host and what to check are told."""
    _, reader = open_client(lambda _seen: BOB, base_url="http://127.0.0.1:1")
    with pytest.raises(Unreachable, match=r"no connection to 127\.0\.0\.1:1: start it"):
        reader.contact("13")
    assert clock.slept == pytest.approx(0.5 + 1 + 2, abs=0.01)


def test_a_slow_answer_is_a_timeout(open_client: OpenClient) -> None:
    """A server that accepts and stays silent is given up after the read timeout."""
    done = threading.Event()

    def stall(_seen: SeenRequest) -> FakeReply:
        done.wait(10)
        return BOB

    _, reader = open_client(stall, read_timeout=0.2, retry=RetryPolicy(tries=2))
    try:
        with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s: try again later"):
            reader.contact("13")
    finally:
        done.set()


def test_leaving_the_client_ends_what_waits(open_client: OpenClient) -> None:
    """A closed client does not wait out the pauses of its workers: they end within a slice of sleep."""
    waiting, leave = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        assert seconds <= 0.5
        waiting.set()
        leave.wait(10)

    account = whole_account(20)
    timing = Timing(lambda: 0.0, lambda: 0.0, sleep, lambda: 1.0)
    fake_account, writer = open_client(
        lambda seen: FakeReply(503) if "contacts/" in seen.path else account(seen), rate=math.inf
    )
    with Reader(writer.connection, timing=timing) as reader:
        reading = threading.Thread(target=lambda: _ignore(lambda: reader.contact("1")))
        reading.start()
        assert waiting.wait(10)
        reader._api.rate_limiter.close()
        leave.set()
        reading.join(10)
    assert not reading.is_alive()
    assert len(fake_account.calls) == 1


def _ignore(call: object) -> None:
    with pytest.raises(Exception, match="closed"):
        call()  # type: ignore[operator]


@settings(deadline=None)
@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_delay_never_passes_the_ceiling(attempt: int, chance: float) -> None:
    """Back-off grows, but stays between half its first value and the ceiling."""
    patience = RetryPolicy()
    assert patience.first_delay / 2 <= patience.delay(attempt, chance) <= patience.ceiling


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        (" 12 ", 12),
        ("-5", None),
        ("1.5", 1.5),
        ("30.50", 30.5),
        ("1.", None),
        (".5", None),
        ("1.5.5", None),
        ("1e3", None),
        ("inf", None),
        ("nan", None),
        ("120, 120", None),
        ("soon", None),
        ("٣", None),
        ("9999999999", 9999999999),
        ("9" * 5000, math.inf),
        ("9" * 400 + ".5", math.inf),
        ("Thu, 01 Jan 1970 00:20:00 GMT", 200),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 99 Jan 1970 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_strictly(header: str | None, seconds: float | None) -> None:
    """Seconds, however many, or an HTTP date; the past is no wait, and anything else is not told."""
    assert retry_after(header, 1000.0) == seconds


@pytest.mark.parametrize("header", ["9999999999", "9" * 5000])
def test_a_server_that_asks_for_the_longest_wait_is_not_asked_again_soon(
    open_client: OpenClient, clock: SleepClock, header: str
) -> None:
    """More than anybody waits is no reason to fall back on the short back-off."""
    fake_account, reader = open_client(lambda _seen: FakeReply(503, headers={"Retry-After": header}))
    with pytest.raises(ServerFailure):
        reader.contact("13")
    assert (len(fake_account.calls), clock.slept) == (1, pytest.approx(0, abs=0.01))


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_date_breaks_the_reading(text: str) -> None:
    """Whatever stands in a Date header is a number or None."""
    assert http_date(text) is None or isinstance(http_date(text), float)


def stopped_after(slices: int, clock: SleepClock) -> RateLimiter:
    """A pace whose run is stopped while somebody sleeps for that many slices."""
    left = iter(range(slices - 1))

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if next(left, None) is None:
            pace.stop_when(lambda: "stopped by the user")

    pace = RateLimiter(1e6, Timing(clock.monotonic, clock.wall, sleep, lambda: 1.0))
    return pace


@pytest.mark.parametrize("writing", [True, False])
@pytest.mark.parametrize("seconds", [3, 300])
def test_a_stopped_run_does_not_wait_out_a_pause(clock: SleepClock, seconds: float, *, writing: bool) -> None:
    """However long it is, the pause ends within a slice of half a second, for reads and for writes."""
    pace = stopped_after(4, clock)
    pace.pause(seconds)
    with pytest.raises(Stopped, match="stopped by the user"):
        pace.wait_for_turn(reserve_next=writing)
    assert clock.slept == pytest.approx(2.0)


def test_a_stopped_run_does_not_wait_out_a_back_off(clock: SleepClock) -> None:
    """Nor what is waited for between two tries of a read."""
    pace = stopped_after(1, clock)
    with pytest.raises(Stopped):
        pace.sleep_until(clock.now + 30)
    assert clock.slept == pytest.approx(0.5)


def test_a_stopped_run_reads_back_but_begins_nothing(clock: SleepClock) -> None:
    """An ordinary turn is still waited for by who reads back; who would write gives its own up at once."""
    pace = RateLimiter(1, clock.timing)
    pace.wait_for_turn()
    pace.stop_when(lambda: "stopped by the user")
    pace.wait_for_turn()
    assert clock.slept == pytest.approx(SPACING)
    with pytest.raises(Stopped):
        pace.wait_for_turn(reserve_next=True)
    with pytest.raises(Stopped):
        pace.wait_for_reserved_turn()


def test_a_stopped_run_sends_no_update(open_client: OpenClient) -> None:
    """Not even one for which nothing had to be waited."""
    fake_account, writer = open_client(lambda _seen: BOB)
    writer.contact("13")
    writer.stop_when(lambda: "the kill switch is on")
    expect(writer.update("13", {"contact": {}}), WriteKind.NOT_SENT, "the kill switch is on")
    assert [seen.method for seen in fake_account.calls] == ["GET"]
