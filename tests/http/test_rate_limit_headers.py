"""What a server tells of its limit slows the client down alone, and absurd values do no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from reconcile.http.rate_limit_headers import ToldLimit, told_limit
from reconcile.http.rate_limiter import RateLimiter
from reconcile.http.timetable import SLOWED, SPACING, Timetable
from tests.support.http.account_rows import v1
from tests.support.http.client_clock import SleepClock
from tests.support.http.fake_account import FakeReply, OpenClient

NOW = 1_795_424_400.0


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"RateLimit-Policy": '"default";q=120;w=60'}, ToldLimit(2, 60)),
        ({"RateLimit-Policy": '"burst";q=10;w=1, "hour";q=100;w=3600'}, ToldLimit(10, 60)),
        ({"RateLimit-Policy": '"size";q=9;w=1;qu="content-bytes"'}, None),
        ({"RateLimit-Policy": "10;w=1, 50;w=60"}, ToldLimit(50 / 60, 60)),
        ({"RateLimit": '"default";r=50;t=25'}, ToldLimit(2, 25)),
        ({"RateLimit": '"a";r=90;t=30, "b";r=20;t=10'}, ToldLimit(2, 10)),
        ({"RateLimit": "limit=100, remaining=50, reset=50"}, ToldLimit(1, 50)),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "12"}, ToldLimit(0, 12)),
        ({"X-RateLimit-Remaining": "30", "X-RateLimit-Reset": "10"}, ToldLimit(3, 10)),
        ({"X-RateLimit-Remaining": "30", "X-RateLimit-Reset": f"{NOW + 10:.0f}"}, ToldLimit(3, 10)),
        ({"X-Rate-Limit-Remaining": "5", "X-Rate-Limit-Reset": "5"}, ToldLimit(1, 5)),
        ({"X-RateLimit-Limit": "5"}, None),
        ({"RateLimit": '"second";r=1;t=1'}, None),
        ({"RateLimit": '"day";r=0;t=86400'}, None),
        ({"X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "10"}, None),
        ({"X-RateLimit-Remaining": "1e9", "X-RateLimit-Reset": "10"}, None),
        ({"X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "9" * 40}, None),
        ({"RateLimit-Policy": '"a";q=0;w=1, "b";q=5;w=0, "c";q=5.5;w=1'}, None),
        ({}, None),
    ],
)
def test_the_lowest_limit_that_is_told_counts(headers: dict[str, str], told: ToldLimit | None) -> None:
    """In each of the forms that servers use; budgets of more than a minute and whole seconds tell nothing."""
    assert told_limit(CaseInsensitiveDict(headers), NOW) == told


@given(
    st.dictionaries(
        st.sampled_from(["RateLimit", "RateLimit-Policy", "X-RateLimit-Remaining", "X-RateLimit-Reset"]),
        st.text(max_size=60) | st.from_regex(r'("a";)?[qr]=[0-9]{1,30};[wt]=[0-9]{1,30}', fullmatch=True),
    ),
    st.floats(0.01, 1_000),
)
def test_no_header_makes_the_client_faster_or_stops_it(headers: dict[str, str], rate: float) -> None:
    """Whatever stands in it: never above what is configured, and no more than twenty times below it."""
    timetable, told = Timetable(rate, 0.0), told_limit(CaseInsensitiveDict(headers), NOW)
    if told is not None:
        timetable.tell(told.rate, 0.0, told.seconds)
    timetable.begin(timetable.reserve(0.0))
    gap = timetable.reserve(0.0)
    assert SPACING / rate * 0.999 <= gap <= SLOWED * SPACING / rate * 1.001


def test_what_is_told_holds_for_its_time(clock: SleepClock) -> None:
    """Afterwards the configured rate counts again."""
    pace = RateLimiter(10, clock.timing)
    pace.wait_for_turn()
    pace.take(ToldLimit(2, 4))
    starts = []
    for _ in range(12):
        pace.wait_for_turn()
        starts.append(clock.now - 1000)
    assert starts[1] - starts[0] == pytest.approx(SPACING / 2)
    assert starts[-1] - starts[-2] == pytest.approx(SPACING / 10)


def test_answers_that_tell_a_limit_are_obeyed(open_client: OpenClient, clock: SleepClock) -> None:
    """Over real HTTP: two a second instead of ten, and nothing had to be refused for it."""
    told = FakeReply(body=v1(13), headers={"RateLimit-Policy": '"app";q=2;w=1'})
    _, reader = open_client(lambda _seen: told, rate=10)
    for _ in range(6):
        reader.contact("13")
    assert clock.slept == pytest.approx(SPACING * (2 / 10 + 4 / 2), rel=0.02)
