"""A client against a fake account, with a clock that only moves when somebody sleeps."""

import threading
from dataclasses import replace
from typing import Any

from reconcile.evance.connection import Connection, Credentials
from reconcile.http.rate_limiter import Timing
from tests.support.http.fake_account import CLIENT_ID, PRIVATE_KEY


class SleepClock:
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
