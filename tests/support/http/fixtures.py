"""A client against a fake account, with a clock that only moves when somebody sleeps."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from reconcile.evance.api_client import NOBODY_LISTENS, Listener
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
            listener: Listener = NOBODY_LISTENS,
            **changes: Any,
        ) -> tuple[FakeAccount, Any]:
            fake_account = contexts.enter_context(serve_account(script, tokens=tokens))
            connection = connection_to(fake_account.url, **changes)
            reader = kind(connection, timing=clock.timing, retry=retry, listener=listener)
            return fake_account, contexts.enter_context(reader)

        yield open_both
