"""What the clock of the account's server shows, by its newest answer: the machine's own may be wrong."""

import threading
from collections.abc import Mapping

from reconcile.clock import ServerTime
from reconcile.http.rate_limiter import Timing, http_date

_ROUNDING = 1.0
"""A ``Date`` is cut to whole seconds (RFC 9110, 5.6.7)."""


class ServerClock:
    """Remembers the newest answer that tells the server's time. Safe to use from several threads."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._lock = threading.Lock()
        self._newest: tuple[float, float, float] | None = None

    def note(self, headers: Mapping[str, str], asked_at: float, answered_at: float) -> None:
        """Take the time from an answer's headers; the moments are those of the monotonic clock.

        An answer with an ``Age`` comes from a cache, and its ``Date`` is older than it (RFC 9111, 5.1).
        """
        date = http_date(headers.get("Date"))
        if date is None or "Age" in headers:
            return
        with self._lock:
            if self._newest is None or answered_at >= self._newest[2]:
                self._newest = date, asked_at, answered_at

    def now(self) -> ServerTime | None:
        """What the server's clock shows now; None when no answer has told."""
        if self._newest is None:
            return None
        date, asked_at, answered_at = self._newest
        moment = self._timing.monotonic()
        return ServerTime(date + moment - answered_at, date + _ROUNDING + moment - asked_at)
