"""What the server's clock shows is known by its answers: never a false alarm, and no answer of a cache."""

from datetime import UTC, datetime
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.clock import ServerTime
from reconcile.evance.server_clock import ServerClock
from tests.support.http.account_rows import v1
from tests.support.http.client_clock import SleepClock
from tests.support.http.fake_account import FakeReply, OpenClient, SeenRequest, token_reply
from tests.support.shop import NOW

START = int(NOW.timestamp())

seconds = st.floats(0, 100, allow_nan=False)


def dated(at: float, **headers: str) -> dict[str, str]:
    return {"Date": formatdate(at, usegmt=True), **headers}


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


@given(there=seconds, back=seconds, later=seconds, lead=st.floats(-1e8, 1e8))
def test_a_difference_is_known_to_the_time_of_the_request(
    there: float, back: float, later: float, lead: float
) -> None:
    """Whenever on its way the answer got its date: never more than the true one, and hardly less."""
    clock = SleepClock()
    server = ServerClock(clock.timing)
    asked, sent = clock.now, START + there
    clock.now += there + back
    server.note(dated(sent), asked, clock.now)
    clock.now += later
    shown = server.now()
    assert shown is not None
    known = shown.lead_of(moment(sent + back + later + lead))
    assert abs(known) <= abs(lead) + 1e-4
    assert abs(known) >= abs(lead) - (there + back + 1) - 1e-4
    assert known == pytest.approx(0, abs=1e-4) or (known > 0) == (lead > 0)


def test_the_newest_answer_counts() -> None:
    """Answers to requests that overlap may be noted in another order than they came."""
    clock = SleepClock()
    server = ServerClock(clock.timing)
    server.note(dated(START + 20), 1_020.0, 1_020.0)
    server.note(dated(START - 9_999), 1_000.0, 1_010.0)
    clock.now = 1_030.0
    assert server.now() == ServerTime(START + 30.0, START + 31.0)


@pytest.mark.parametrize(
    "headers",
    [{}, dated(START, Age="0"), {"Date": "yesterday"}, {"Date": "Mon, 99 Nov 2026 09:00:00 GMT"}],
    ids=["none", "cached", "no date", "no such day"],
)
def test_an_answer_that_tells_no_time_is_passed_over(headers: dict[str, str]) -> None:
    """A cache tells the time at which it stored the answer; the one before stays the newest."""
    server = ServerClock(SleepClock().timing)
    server.note(headers, 0.0, 0.0)
    assert server.now() is None


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"])
def test_the_ends_of_time_are_times(date: str) -> None:
    """Whatever a server says is compared and can be shown."""
    server = ServerClock(SleepClock().timing)
    server.note({"Date": date}, 0.0, 0.0)
    shown = server.now()
    assert shown is not None
    assert abs(shown.lead_of(NOW)) > 1e8
    assert str(shown.instant)


def test_the_token_tells_the_time_and_nothing_may_come_from_a_cache(open_client: OpenClient) -> None:
    """The first answer of all is asked for with no-store, as is every other."""

    def tokens(_seen: SeenRequest) -> FakeReply:
        return FakeReply(body=token_reply().body, headers=dated(START))

    fake_account, reader = open_client(lambda _seen: FakeReply(body=v1(13)), tokens=tokens)
    assert reader.server_time() is None
    reader.sign_in()
    assert reader.server_time().earliest == pytest.approx(START)
    reader.contact("13")
    assert len(fake_account.token_calls) == 1
    assert {seen.headers["cache-control"] for seen in fake_account.seen} == {"no-store"}


def test_an_error_tells_no_time(open_client: OpenClient) -> None:
    """It may come from a gateway or a proxy with a clock of its own."""
    answers = iter([FakeReply(503, headers=dated(0)), FakeReply(body=v1(13), headers=dated(START))])
    _, reader = open_client(lambda _seen: next(answers))
    reader.contact("13")
    assert reader.server_time().earliest >= START
