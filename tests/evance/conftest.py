"""A client against a party, with a clock that only moves when somebody sleeps."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from reconcile.evance.connection import Connection, Credentials
from reconcile.evance.rate_limiter import RetryPolicy, Timing
from reconcile.evance.reader import Reader
from reconcile.evance.writer import Writer
from tests.evance.party import CLIENT_ID, PRIVATE_KEY, Party, Script, Talk, open_to


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.sleeps: list[float] = []
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return 1_795_424_400.0 + self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.sleeps.append(seconds)
            self.now += seconds

    @property
    def slept(self) -> float:
        return sum(self.sleeps)

    @property
    def timing(self) -> Timing:
        return Timing(self.monotonic, self.wall, self.sleep, lambda: 1.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def connection_to(url: str, **changes: Any) -> Connection:
    """A connection that is not slowed down unless the test asks for it."""
    plain = Connection(
        base_url=url,
        account="shop.evance.me",
        credentials=Credentials(CLIENT_ID, PRIVATE_KEY),
        rate=1e6,
        concurrency=4,
        connect_timeout=5,
        read_timeout=5,
    )
    return replace(plain, **changes)


@pytest.fixture
def talk(clock: Clock) -> Iterator[Talk]:
    """Opens a party with that script and a client to it; both are closed after the test."""
    with ExitStack() as open_things:

        def begin(
            script: Script,
            *,
            tokens: Script | None = None,
            kind: type[Reader] = Writer,
            patience: RetryPolicy | None = None,
            **changes: Any,
        ) -> tuple[Party, Any]:
            party = open_things.enter_context(open_to(script, tokens=tokens))
            reader = kind(connection_to(party.url, **changes), timing=clock.timing, patience=patience)
            return party, open_things.enter_context(reader)

        yield begin
