"""The ways in which servers count requests, and a client's timetable against them, on a simulated clock."""

import heapq
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Protocol

from reconcile.http.rate_limiter import RetryPolicy
from reconcile.http.timetable import Timetable


class ServerLimit(Protocol):
    """A server that counts arrivals; ``rate`` is its limit in requests a second."""

    @property
    def rate(self) -> float: ...

    def ask(self, now: float) -> float:
        """0 where the request is taken, else the seconds until one will be."""


@dataclass
class FixedWindow:
    """So many in each window, the first of which began before anybody asked."""

    most: int
    seconds: float
    offset: float = 0.3
    _window: tuple[int, int] = (-1, 0)

    @property
    def rate(self) -> float:
        return self.most / self.seconds

    def ask(self, now: float) -> float:
        number = math.floor(now / self.seconds + self.offset)
        taken = self._window[1] if self._window[0] == number else 0
        if taken >= self.most:
            return (number + 1 - self.offset) * self.seconds - now
        self._window = number, taken + 1
        return 0.0


@dataclass
class SlidingWindow:
    """So many in any time of that length."""

    most: int
    seconds: float
    _taken: deque[float] = field(default_factory=deque)

    @property
    def rate(self) -> float:
        return self.most / self.seconds

    def ask(self, now: float) -> float:
        while self._taken and self._taken[0] <= now - self.seconds:
            self._taken.popleft()
        if len(self._taken) >= self.most:
            return self._taken[0] + self.seconds - now
        self._taken.append(now)
        return 0.0


@dataclass
class TokenBucket:
    """A bucket that gains tokens steadily and holds ``burst`` of them."""

    rate: float
    burst: float = 1.0
    _tokens: float = math.inf
    _at: float = 0.0

    def ask(self, now: float) -> float:
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens >= 1 - 1e-9:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self.rate


RetryAfter = Callable[[float], float]
"""What a server asks to wait, of the seconds until it takes a request again."""


@dataclass(frozen=True)
class Outcome:
    """How many requests of a run were taken and refused, and in what time; the timetable at its end."""

    taken: int
    refused: int
    seconds: float
    timetable: Timetable

    @property
    def refused_share(self) -> float:
        return self.refused / (self.taken + self.refused)

    def used(self, limit: ServerLimit) -> float:
        """The share of the limit that was used."""
        return (self.taken - 1) / self.seconds / limit.rate


@dataclass
class _Run:
    """Workers that send requests by one timetable, as `RateLimiter` lets them; answers take a while."""

    limit: ServerLimit
    timetable: Timetable
    requests: int
    latency: float
    jitter: float
    retry_after: RetryAfter | None
    chance: Random
    taken: int = 0
    refused: int = 0
    arrivals: list[float] = field(default_factory=list)
    _events: list[tuple[float, int, Callable[..., None], tuple[float | int, ...]]] = field(
        default_factory=list
    )
    _order: count = field(default_factory=count)

    def go(self, workers: int) -> None:
        for _ in range(workers):
            self._next_request(0.0)
        while self._events:
            now, _, act, arguments = heapq.heappop(self._events)
            act(now, *arguments)

    def _at(self, moment: float, act: Callable[..., None], *arguments: float) -> None:
        heapq.heappush(self._events, (moment, next(self._order), act, arguments))

    def _next_request(self, now: float) -> None:
        if self.requests:
            self.requests -= 1
            self._wait(now, 1)

    def _wait(self, now: float, attempt: int) -> None:
        late = self.chance.expovariate(1 / 0.0002)  # how late a sleeper wakes up
        self._at(self.timetable.reserve(now) + late, self._start, attempt, self.timetable.generation)

    def _start(self, now: float, attempt: int, generation: int) -> None:
        if now < self.timetable.paused_until or generation != self.timetable.generation:
            self._wait(now, attempt)
        elif (start := self.timetable.begin(now)) > now:
            self._at(start, self._start, attempt, generation)
        else:
            self._at(now + self._way(), self._arrive, now, attempt)

    def _way(self) -> float:
        return (self.latency + self.chance.random() * self.jitter) / 2

    def _arrive(self, now: float, began: float, attempt: int) -> None:
        seconds = self.limit.ask(now)
        self.arrivals.append(now)
        self._at(now + self._way(), self._answered, began, attempt, seconds)

    def _answered(self, now: float, began: float, attempt: int, seconds: float) -> None:
        if not seconds:
            self.taken += 1
            self.timetable.take(began)
            self._next_request(now)
            return
        self.refused += 1
        tries = max(attempt, 1 + self.timetable.search.refused_in_a_row)
        asked = RetryPolicy().delay(tries, self.chance.random()) if self.retry_after is None else None
        self.timetable.pause(now + (self.retry_after(seconds) if self.retry_after else asked or 0.0))
        self.timetable.refuse(began)
        self._wait(now, attempt + 1)


def send_all(
    limit: ServerLimit,
    rate: float,
    *,
    requests: int = 3_000,
    workers: int = 8,
    latency: float = 0.1,
    jitter: float = 0.0,
    retry_after: RetryAfter | None = None,
    seed: int = 1,
) -> Outcome:
    """Send that many requests to such a server, by the timetable of a client that is configured to ``rate``.

    Seconds: an answer takes ``latency``, and up to ``jitter`` more. ``retry_after`` None: none is sent.
    """
    run = _Run(limit, Timetable(rate, 0.0), requests, latency, jitter, retry_after, Random(seed))
    run.go(workers)
    return Outcome(run.taken, run.refused, run.arrivals[-1] - run.arrivals[0], run.timetable)
