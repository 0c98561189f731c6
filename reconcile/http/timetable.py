"""When requests may start: one timetable for all workers, without threads, sleep or a clock of its own.

**A known limit**, of R requests a second. Starts lie ``SPACING / R`` apart on an absolute timetable, so that
neither the duration of a response nor a late wake-up lowers the rate: 99.1 % of R. A worker that wakes up
late would start close to the next one, so no two starts are nearer to each other than ``NEAREST / R``; the
timetable gains that time back start by start.

The server counts arrivals, not starts. Where each request takes some time between d and d + j to arrive,
n + 1 of them arrive within n * SPACING / R - j at the nearest. So a limit of n in a window of n / R seconds
is kept while j < 0.9 % of the window: 9 ms of a second, half a second of a minute. A bucket that holds two or
more tokens bears any j up to the 1 / R seconds of a token. A bucket of one, which is a window of 1 / R
seconds, bears half a percent of that: 1 ms at five a second. No timetable can do more for it. All arrivals
are 1 / R apart only where the starts are j further apart than that, and 99 % of R leave 1 % for it. A limit
that is refused all the same is one to be found: ``rate_search``.

From ``FAST`` a second on, no server counts starts one by one, and sleeping is not as exact as that: there the
timetable alone counts, and late starts are made up for.
"""

from .rate_search import RateSearch

SPACING = 1.009
"""How far starts lie apart on the timetable, in intervals of the rate."""

NEAREST = 1.005
"""How near two starts may come to each other, in intervals of the rate."""

FAST = 100.0
"""Requests a second from which on the distance of single starts does not count."""

TRIAL = 0.5
"""Seconds between two tries while the server refuses."""

SLOWED = 20.0
"""How many times slower than asked for a server can make the client by what it tells of its limit."""


class Timetable:
    """The starts of one client. Moments are seconds of a steady clock; ``rate`` is in requests a second.

    ``generation`` changes when the rate was set anew: a start that was reserved before that is void.
    """

    def __init__(self, rate: float, now: float) -> None:
        self.search = RateSearch(rate)
        self.paused_until = now
        self.generation = 0
        self._next = now
        self._earliest = now
        self._told_rate, self._told_until = rate, now

    def reserve(self, now: float) -> float:
        """The next free start, which is taken thereby; while the server refuses, the next try's."""
        if self.search.held:
            return max(self.paused_until, now)
        start = max(self._next, self.paused_until, now)
        self._next = start + SPACING / self._rate(start)
        return start

    def begin(self, now: float) -> float:
        """Now, when a request may start now, and is taken to; else the moment from which one may."""
        if now < self._earliest:
            return self._earliest
        self._earliest = now + self._nearest(now)
        self._next = max(self._next, self._earliest)
        self.search.start(now)
        return now

    def refuse(self, began: float) -> None:
        """The request that started then was refused; all are held by a pause that was begun."""
        held = self.search.held
        self.search.refuse(began, self.paused_until)
        if self.search.held and not held:
            self._void(self.paused_until)

    def take(self, began: float) -> None:
        """The request that started then was taken."""
        if self.search.take(began):
            self._earliest = min(self._earliest, began + NEAREST / self.search.rate)
            self._void(self._earliest)

    def pause(self, until: float) -> None:
        """Let nothing start before that moment."""
        self.paused_until = max(self.paused_until, until)

    def tell(self, rate: float, now: float, seconds: float) -> None:
        """The server tells that it takes that many requests a second for some seconds."""
        self._told_rate = max(rate, self.search.most / SLOWED)
        self._told_until = now + seconds

    def _void(self, start: float) -> None:
        self.generation += 1
        self._next = start

    def _rate(self, moment: float) -> float:
        return min(self.search.rate, self._told_rate) if moment < self._told_until else self.search.rate

    def _nearest(self, now: float) -> float:
        if self.search.held:
            return TRIAL
        rate = self._rate(now)
        known = rate >= self.search.most
        return 0.0 if known and rate > FAST else NEAREST / rate
