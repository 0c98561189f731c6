"""Finds how many requests a second a server takes, where it takes fewer than it is asked for.

**What is known.** Nothing but what was answered: taken, or refused (429). A server may count in windows of a
second or a minute, fixed or sliding, or fill a bucket, with any burst. So neither a refusal by itself nor a
row of answers tells the limit: what was taken over a while, *waits included*, does. That is measured from
one refusal to the next.

**What is done.** A refusal holds all workers. One request after the other is tried until one is taken, and
only then the rate is set anew, by the rate ``refused`` and the rate ``taken`` in the time before:

1. Where few requests were taken before the first refusal, ``taken`` is hardly more than a guess. It is the
   first rate, and grows by half every ten answers until the next refusal (slow start, as in RFC 5681). Then
   it goes two of these steps back, since it grew while the refusal was under way.
2. After that it begins at ``taken``, a little below ``refused``, and approaches ``refused`` on the curve of a
   cubic (as in RFC 9438): quickly at first, level around it, and then beyond, since the limit may have risen.
   A hundred answers prove ``taken``, be it half of ``refused``: then the curve levels a tenth above it. Fewer
   answers lower the rate by a fifth at most.

The curve takes two hundred answers to come back to where it levels, and half of them after slow start. So one
or two of some two hundred requests are refused, and mostly 90 to 100 % of the limit are used
(``tests/http/test_server_limits.py``).

**What does not count.** A request that had begun before the rate was lowered says nothing of the new rate. A
time without requests is not measured: it would look like a low limit.
"""

import math
from collections import deque
from dataclasses import dataclass, field

PROOF = 100
"""Minimum number of answers that prove a rate, waits included."""

GUESS = 50
"""Number of answers before the first refusal below which the rate that was taken is a guess."""

RETURN = 200
"""Number of answers after which the rate is where its curve levels."""

LOWERED = 0.93
"""The rate after a refusal, as a share of the refused one, at most."""

IDLE = 2.0
"""Seconds without a request after which a measurement begins anew."""

SLOWEST = 0.1
"""The lowest rate that is tried: a request in ten seconds."""

_DOUBTED = 0.8  # share of the refused rate, where few answers say less
_SLOW_START_FACTOR, _SLOW_START_ANSWERS = 1.5, 10
_RECENT = 9


@dataclass(slots=True)
class _Measurement:
    """What was taken since it began, and when the newest requests started: seconds of a steady clock."""

    began: float | None = None
    taken: int = 0
    starts: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))

    def start(self, now: float, *, waited: bool) -> None:
        """A request starts; a pause that the server made is no idle time."""
        idle = bool(self.starts) and now - self.starts[-1] > IDLE and not waited
        if self.began is None or idle:
            self.restart(now, 0)
        self.starts.append(now)

    def restart(self, began: float, taken: int) -> None:
        self.began, self.taken = began, taken
        self.starts.clear()

    def started_rate(self) -> float:
        """The rate at which the newest requests started: that of the workers, where they are slower."""
        span = self.starts[-1] - self.starts[0] if self.starts else 0.0
        return (len(self.starts) - 1) / span if span > 0 else math.inf

    def taken_rate(self, now: float) -> float:
        span = now - (now if self.began is None else self.began)
        return self.taken / span if span > 0 else math.inf


class RateSearch:
    """The rate at which to send, in requests a second, and never more than ``most``.

    ``held``: the server refuses, and nothing has been taken since. ``refused_in_a_row`` counts the tries.
    ``found`` is the rate that the server took, waits included; None until that was proven.
    """

    def __init__(self, most: float) -> None:
        self.most = self.rate = most
        self.found: float | None = None
        self.held = False
        self.refused_in_a_row = 0
        self._counts_from = -math.inf
        self._measured = _Measurement()
        self._refused = most
        self._low: float | None = None
        self._top: float | None = None
        self._answers = 0
        self._return = RETURN

    def start(self, now: float) -> None:
        """A request starts now."""
        self._measured.start(now, waited=self.held)

    def refuse(self, began: float, until: float) -> None:
        """A request that started at ``began`` was refused; nothing is sent before ``until``."""
        if began < self._counts_from:
            return
        self._counts_from = max(self._counts_from, until)
        self.refused_in_a_row += 1
        if not self.held:
            self.held = True
            started = self._measured.started_rate()
            self._refused = self.rate if started > _DOUBTED * self.rate else started

    def take(self, began: float) -> bool:
        """A request that started at ``began`` was taken; True when that ends a hold."""
        ends = self.held and began >= self._counts_from
        if ends:
            self._set_anew(self._measured.taken_rate(began))
            self._measured.restart(began, 0)
            self.held, self.refused_in_a_row, self._answers = False, 0, 0
        self._measured.taken += 1
        self._answers += not self.held
        if self._low is not None and not self.held:
            self.rate = min(self.most, max(self._curve(self._low), SLOWEST))
        return ends

    def _set_anew(self, taken: float) -> None:
        refused, answers = self._refused, self._measured.taken
        taken = min(max(taken, refused / 50, SLOWEST), 0.95 * refused)
        self._return = RETURN
        growing = self._low is not None and self._top is None
        # While the rate grew, what was taken is an average of all rates.
        self.found = taken if answers >= GUESS and not growing else self.found
        if self._low is None and answers < GUESS and taken < _DOUBTED * refused:
            self._low, self._top = taken, None
        elif self._low is None:
            self._low, self._top = taken, min(refused, taken / LOWERED)
        elif growing:
            self._low, self._top = self._after_slow_start(taken, refused, answers), refused
            self._return = RETURN // 2
        elif answers >= PROOF:
            self._low = min(max(taken, refused / 2), LOWERED * refused)
            self._top = min(refused, self._low * 1.1)
        else:
            self._low, self._top = min(max(taken, _DOUBTED * refused), LOWERED * refused), refused

    def _after_slow_start(self, taken: float, refused: float, answers: int) -> float:
        """Two steps back: the rate grew while the refusal was under way."""
        low = refused / _SLOW_START_FACTOR**2
        return min(taken, low) if answers >= GUESS else low

    def _curve(self, low: float) -> float:
        if self._top is None:
            steps = min(self._answers / _SLOW_START_ANSWERS, 100.0)  # no rate needs more
            return low * math.pow(_SLOW_START_FACTOR, steps)
        return self._top - (self._top - low) * math.pow(1 - self._answers / self._return, 3)
