"""When a request may start, and how long to wait before another try. Time itself is handed in."""

import math
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from reconcile.errors import ReconcileError, Stopped

from .rate_limit_headers import ToldLimit
from .timetable import Timetable


@dataclass(frozen=True, slots=True)
class Timing:
    """Every touch of time and chance: seconds that only grow, seconds since 1970, sleeping, 0 to 1."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long one request is tried. Times are in seconds.

    ``connecting`` limits the tries when nothing listens, ``reading`` those when a response is not JSON: both
    seldom heal by waiting. ``ceiling`` limits one back-off, ``total`` the time of all tries together.
    """

    tries: int = 8
    connecting: int = 4
    reading: int = 3
    first_delay: float = 0.5
    ceiling: float = 30.0
    total: float = 300.0

    def delay(self, attempt: int, chance: float = 1.0) -> float:
        """The back-off after that many tries: doubled each time up to the ceiling, half of it by chance."""
        longest = min(self.ceiling, self.first_delay * 2.0 ** min(attempt - 1, 32))
        return longest * (1 + chance) / 2


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait before another try, for a person: no address, no name and no token is in it.

    ``reason`` is the status or the failure. ``asked``: the server has asked for it. ``attempt`` is the number
    of the try that follows, out of ``tries``; 0 where the request itself is not sent again.
    """

    reason: str
    seconds: float
    asked: bool = False
    attempt: int = 0
    tries: int = 0

    def __str__(self) -> str:
        """``503, trying again in 8 s (3 of 6)``."""
        seconds = f"{math.ceil(self.seconds)} s"
        counted = f" ({self.attempt} of {self.tries})" if self.tries else ""
        if self.asked:
            return f"{self.reason}: the account asks to wait {seconds}{counted}"
        return f"{self.reason}, trying again in {seconds}{counted}"


WhenWaiting = Callable[[str, float], None]
"""Told of a wait in words, and of its seconds, when it begins; from any thread."""


def no_wait_told(_wait: str, _seconds: float) -> None:
    """Nobody is told."""


def retry_after(header: str | None, now: float) -> float | None:
    """The seconds that a ``Retry-After`` asks for, in either form (RFC 9110, 10.2.3); None without one.

    Any number of digits is taken, and a fraction, which some servers send; the result may be infinite.
    """
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return float(text)
    moment = http_date(text)
    return None if moment is None else max(0.0, moment - now)


def http_date(text: str | None) -> float | None:
    """An HTTP date as seconds since 1970; None when the text is not one."""
    try:
        moment = parsedate_to_datetime(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


_SLICE = 0.5
"""The longest single sleep in seconds: a pause that grew and a run that was stopped are noticed after it."""

GRACE = 2.0
"""Seconds that a stopped run still waits for an ordinary turn, so that it can read back."""

LATE = 2.0
"""Seconds after its turn at which a request that is sent once may wake up: later, the machine stood still."""


class ClientClosed(ReconcileError):
    """The client was closed; requests that wait for their turn end."""


def never_stopped() -> None:
    """No reason to end a wait: nobody stops the run."""


class RateLimiter:
    """One timetable of starts for all workers (see `timetable`), and the waits for them.

    A pause holds every worker. Each time the server says "too many", the rate that it takes is sought (see
    `rate_search`).

    A worker that reads in order to write reserves two turns, one after the other: no other worker's request
    comes between them, which could make the write wait or bring a pause for all.
    """

    def __init__(self, rate: float, timing: Timing) -> None:
        self._timing = timing
        self._lock = threading.Lock()
        self._timetable = Timetable(rate, timing.monotonic())
        self._pauses = 0
        self._of_thread = threading.local()
        self._closed = threading.Event()
        self._stop_reason: Callable[[], str | None] = never_stopped

    @property
    def paused_until(self) -> float:
        """The moment until which every worker is held."""
        return self._timetable.paused_until

    @property
    def found(self) -> float | None:
        """How many requests a second the server takes, where it took fewer than it was asked for."""
        return self._timetable.search.found

    @property
    def refused_in_a_row(self) -> int:
        """How many requests were refused since the last one was taken, of those that tell something."""
        return self._timetable.search.refused_in_a_row

    def wait_for_turn(self, *, reserve_next: bool = False) -> None:
        """Wait for the next free start; ClientClosed or Stopped when the client or the run ended meanwhile.

        ``reserve_next``: the start after it is reserved for this thread's next request. Only a write follows
        such a reading, so a run that was stopped does not begin it.
        """
        while True:
            paused = self._timing.monotonic() < self.paused_until
            grace = -math.inf if reserve_next else 0.0 if paused else GRACE
            generation = self._timetable.generation
            self.sleep_until(self._reserve_two() if reserve_next else self._reserved_or_next(), grace)
            if self._begins(grace, generation):
                return

    def wait_for_reserved_turn(self) -> bool:
        """Wait for the reserved start, or the next one; False when a pause or a late wake-up delays it.

        Stopped: the run was stopped by then. Without a reserved start the next one is at most as far away as
        there are workers: 1.6 seconds for eight at five requests a second.
        """
        with self._lock:
            pauses, paused = self._pauses, self._timing.monotonic() < self.paused_until
        if paused:
            return False
        start = self._reserved_or_next()
        self.sleep_until(start, -math.inf)
        in_time = self._timing.monotonic() <= start + LATE
        return in_time and self._begins(-math.inf) and pauses == self._pauses

    def _begins(self, grace: float, generation: int | None = None) -> bool:
        """Start now, or as soon as the start before is far enough away; False: another turn is to be taken.

        That is so after a pause, and where the rate was set anew since that ``generation``.
        """
        while True:
            with self._lock:
                now = self._timing.monotonic()
                if now < self.paused_until or generation not in (None, self._timetable.generation):
                    return False
                start = self._timetable.begin(now)
                self._of_thread.began = start
            if start <= now:
                return True
            self.sleep_until(start, grace)

    def _reserved_or_next(self) -> float:
        reserved: float | None = getattr(self._of_thread, "reserved", None)
        self._of_thread.reserved = None
        now = self._timing.monotonic()
        if reserved is not None and now <= reserved + LATE and reserved >= self.paused_until:
            return max(reserved, now)
        return self._reserve()

    def _reserve(self) -> float:
        with self._lock:
            return self._timetable.reserve(self._timing.monotonic())

    def _reserve_two(self) -> float:
        with self._lock:
            now = self._timing.monotonic()
            start = self._timetable.reserve(now)
            self._of_thread.reserved = self._timetable.reserve(now)
            return start

    def sleep_until(self, moment: float, grace: float = 0.0) -> None:
        """Sleep in short slices, so that neither a closed client nor a stopped run waits for its workers.

        A run that was stopped still waits when no more than ``grace`` seconds are left.
        """
        while (left := moment - self._timing.monotonic()) > 0:
            self._check(left, grace)
            self._timing.sleep(min(left, _SLICE))
        self._check(0.0, grace)

    def _check(self, left: float, grace: float) -> None:
        if self._closed.is_set():
            raise ClientClosed("the connection to the account was closed")
        reason = self._stop_reason() if left > grace else None
        if reason is not None:
            raise Stopped(reason)

    def stop_when(self, stop_reason: Callable[[], str | None]) -> None:
        """End waits once that gives a reason."""
        self._stop_reason = stop_reason

    def pause(self, seconds: float, *, refused: bool = True) -> None:
        """Hold all workers for that long. ``refused``: this thread's last request was one too many."""
        with self._lock:
            now = self._timing.monotonic()
            self._pauses += 1
            self._timetable.pause(now + seconds)
            if refused:
                self._timetable.refuse(getattr(self._of_thread, "began", now))

    def take(self, told: ToldLimit | None = None) -> None:
        """Note that this thread's last request was taken, and what its answer tells of the limit."""
        with self._lock:
            now = self._timing.monotonic()
            self._timetable.take(getattr(self._of_thread, "began", now))
            if told is not None:
                self._timetable.tell(told.rate, now, told.seconds)

    def close(self) -> None:
        """End the wait of every worker."""
        self._closed.set()
