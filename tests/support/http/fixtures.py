"""A client against a fake account, with a clock that only moves when somebody sleeps."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from reconcile.evance.reader import Reader
from reconcile.evance.writer import Writer
from reconcile.http.rate_limiter import RetryPolicy
from tests.support.http.client_clock import SleepClock, connection_to
from tests.support.http.fake_account import FakeAccount, OpenClient, Script, serve_account


@pytest.fixture
def clock() -> SleepClock:
    return SleepClock()


@pytest.fixture
def open_client(clock: SleepClock) -> Iterator[OpenClient]:
    """Serve a fake account with that script and open a client to it; both are closed after the test."""
    with ExitStack() as contexts:

        def open_both(
            script: Script,
            *,
            tokens: Script | None = None,
            kind: type[Reader] = Writer,
            retry: RetryPolicy | None = None,
            **changes: Any,
        ) -> tuple[FakeAccount, Any]:
            fake_account = contexts.enter_context(serve_account(script, tokens=tokens))
            reader = kind(connection_to(fake_account.url, **changes), timing=clock.timing, retry=retry)
            return fake_account, contexts.enter_context(reader)

        yield open_both
