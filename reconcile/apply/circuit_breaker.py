"""Stops a run: for refused credentials, failures in a row, the kill switch, a person."""

import threading
from collections.abc import Callable


class CircuitBreaker:
    """Tells before every contact, before every write and in every wait whether the run may go on.

    Once stopped it stays so. Safe to use from several threads. ``kill_reason`` is the kill switch: why
    nothing may be written any more, or None. ``most_failures`` in a row stop the run.
    """

    def __init__(self, most_failures: int, kill_reason: Callable[[], str | None] = lambda: None) -> None:
        self._most_failures = most_failures
        self._kill_reason = kill_reason
        self._lock = threading.RLock()  # a signal may stop the run while its own thread asks for the reason
        self._in_a_row = 0
        self._reason: str | None = None

    @property
    def reason(self) -> str | None:
        """Why nothing more may be written; None while the run goes on."""
        with self._lock:
            self._reason = self._reason or self._kill_reason()
            return self._reason

    def stop(self, reason: str) -> None:
        """Stop the run; the first reason is kept."""
        with self._lock:
            self._reason = self._reason or reason

    def succeeded(self) -> None:
        """Count failures anew: one contact went well."""
        with self._lock:
            self._in_a_row = 0

    def failed(self) -> None:
        """Count a failure: several in a row mean that something larger than one contact is wrong."""
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= self._most_failures:
                self._reason = self._reason or f"{self._in_a_row} contacts failed in a row"
