"""The client against a sandbox that goes wrong on demand: nothing is missed or believed too early."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconcile.errors import Unauthorized
from reconcile.evance.connection import Credentials, resolve_connection
from reconcile.evance.writer import WriteKind, Writer
from reconcile.http.rate_limiter import RetryPolicy, Timing
from reconcile.model.settings import Target, TargetKind
from reconcile.sandbox import running, seed, show
from tests.support.http.client_clock import SleepClock
from tests.support.http.write_results import expect

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

SOMEBODY = "36"

QUICK = RetryPolicy(reading=8, first_delay=0.01, ceiling=0.05)

WRITE = {"contact": {"tags": {"contact": ["written"]}}}


@pytest.fixture
def account(tmp_path: Path) -> Path:
    path = tmp_path / "sandbox.sqlite3"
    seed(path, now=NOW)
    return path


@contextmanager
def beset(
    path: Path, *faults: str, timing: Timing | None = None, page_size: int = 100, **options: Any
) -> Iterator[Writer]:
    """A client of the account while those faults are armed."""
    with running(path, now=NOW, faults=faults, **options) as access:
        target = Target("shop", TargetKind.SANDBOX, url=access.url, rate=1000, concurrency=4)
        there = resolve_connection(target, Credentials(access.client_id, access.private_key))
        with Writer(replace(there, page_size=page_size), timing=timing, retry=QUICK) as writer:
            yield writer


def standing(path: Path) -> set[str]:
    return {row["id"] for row in show(path, "contacts")}


def tags(path: Path) -> list[str]:
    return list(show(path, f"contact:{SOMEBODY}")[0]["tags"]["contact"])


@pytest.mark.parametrize(
    "fault",
    [
        "latency:ms=5,jitter=5,p=0.3",
        "rate-limit:rate=200,burst=20,retry-after=none",
        "status:code=500,every=7",
        "status:code=502,every=5",
        "status:code=503,p=0.2",
        "reset:every=6",
        "reset:when=after,every=6",
        "truncate:how=json,every=9",
        "truncate:how=wire,every=6",
        "html:code=200,every=9",
        "html:code=502,every=6",
        "expire-token:n=20",
    ],
)
def test_a_whole_account_is_read_under_faults(account: Path, fault: str) -> None:
    """Whatever goes wrong now and then, every contact is listed and read, once."""
    with beset(account) as reader:
        plain = reader.contacts(reader.listing().identities)
    with beset(account, fault, page_size=10) as reader:
        found = reader.listing()
        assert {who.id for who in found.identities} == standing(account)
        assert reader.contacts(found.identities) == plain


@pytest.mark.parametrize("form", ["seconds", "date"])
@pytest.mark.parametrize("code", [429, 503])
def test_the_server_is_waited_for_as_long_as_it_asks(
    account: Path, clock: SleepClock, code: int, form: str
) -> None:
    """Both forms of Retry-After are slept through, and then the reading goes on."""
    with beset(account, f"status:code={code},every=30,retry-after={form}", timing=clock.timing) as reader:
        found = reader.listing()
        assert len(reader.contacts(found.identities)) == len(standing(account))
    assert clock.slept >= 0.9


@pytest.mark.parametrize("how", ["repeat", "skip"])
@pytest.mark.parametrize("order", ["id", "newest"])
def test_a_list_that_shifts_while_it_is_read_is_read_whole(account: Path, how: str, order: str) -> None:
    """A contact that comes or goes between two pages makes nobody else vanish or appear twice."""
    before = standing(account)
    with beset(account, f"page-shift:how={how}", switches={"list_order": order}, page_size=10) as reader:
        found = [who.id for who in reader.listing().identities]
    assert len(found) == len(set(found))
    assert before <= set(found)


@pytest.mark.parametrize(
    ("fault", "written"),
    [
        ("reset:when=before", False),
        ("reset:when=after", True),
        ("status:code=500,when=before", False),
        ("status:code=500,when=after", True),
        ("html:code=200,when=after", True),
        ("html:code=502,when=before", False),
        ("truncate:how=json", True),
        ("truncate:how=wire", True),
    ],
)
def test_a_write_whose_answer_was_lost_is_sent_once(account: Path, fault: str, written: bool) -> None:  # noqa: FBT001
    """The same error whether it took effect or not: only reading tells, and reading then tells it."""
    before = tags(account)
    with beset(account, f"{fault},method=POST,path=/api/contacts/*") as writer:
        expect(writer.update(SOMEBODY, WRITE), WriteKind.UNKNOWN, "read it back")
        found = writer.contact(SOMEBODY).state.tags
    assert found == (("written",) if written else tuple(before))
    assert tags(account) == (["written"] if written else before)


def test_a_write_can_be_repeated_after_too_many_requests(account: Path, clock: SleepClock) -> None:
    """A 429 was not taken: the next request waits, and the write is taken once."""
    fault = "status:code=429,retry-after=seconds,method=POST,path=/api/contacts/*,times=1"
    with beset(account, fault, timing=clock.timing) as writer:
        expect(writer.update(SOMEBODY, WRITE), WriteKind.DEFERRED)
        writer.contact_to_update(SOMEBODY)
        expect(writer.update(SOMEBODY, WRITE), WriteKind.WRITTEN)
    assert tags(account) == ["written"]
    assert clock.slept >= 1


def test_a_token_that_expires_at_every_request_ends_the_run(account: Path) -> None:
    """One new token for a 401, not one after another without end."""
    with beset(account, "expire-token") as reader, pytest.raises(Unauthorized, match="it had just given"):
        reader.contact(SOMEBODY)
