"""What stops a run: refused credentials, failures in a row, the kill switch, a person."""

import threading
from collections.abc import Callable


class CircuitBreaker:
    """Asked before every contact, right before every write, and in every wait. Once stopped it stays so.

    Safe to use from several threads.
    ``killed`` is the kill switch: it tells why nothing may be written any more, or None.
    """

    def __init__(self, failures: int, killed: Callable[[], str | None] = lambda: None) -> None:
        self._failures = failures
        self._killed = killed
        self._lock = threading.RLock()  # a signal may stop the run while its own thread asks for the reason
        self._in_a_row = 0
        self._reason: str | None = None

    @property
    def reason(self) -> str | None:
        """Why nothing more may be written; None while the run goes on."""
        with self._lock:
            self._reason = self._reason or self._killed()
            return self._reason

    def stop(self, reason: str) -> None:
        """Stop the run; the first reason is kept."""
        with self._lock:
            self._reason = self._reason or reason

    def succeeded(self) -> None:
        """One contact went well: failures count anew."""
        with self._lock:
            self._in_a_row = 0

    def failed(self) -> None:
        """One contact failed: enough of them in a row mean that something larger is wrong."""
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= self._failures:
                self._reason = self._reason or f"{self._in_a_row} contacts failed in a row"
