"""A client against a party, with a clock that only moves when somebody sleeps."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from reconcile.evance.reader import Reader
from reconcile.evance.writer import Writer
from reconcile.http.rate_limiter import RetryPolicy
from tests.support.http.client_clock import SleepClock, connection_to
from tests.support.http.fake_account import FakeAccount, Script, Talk, serve_account


@pytest.fixture
def clock() -> SleepClock:
    return SleepClock()


@pytest.fixture
def talk(clock: SleepClock) -> Iterator[Talk]:
    """Opens a party with that script and a client to it; both are closed after the test."""
    with ExitStack() as open_things:

        def begin(
            script: Script,
            *,
            tokens: Script | None = None,
            kind: type[Reader] = Writer,
            retry: RetryPolicy | None = None,
            **changes: Any,
        ) -> tuple[FakeAccount, Any]:
            party = open_things.enter_context(serve_account(script, tokens=tokens))
            reader = kind(connection_to(party.url, **changes), timing=clock.timing, retry=retry)
            return party, open_things.enter_context(reader)

        yield begin
