"""What Ctrl-C and SIGTERM do: before the first write they end a command, later they let it end in order."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconcile.apply.circuit_breaker import CircuitBreaker


BOTH = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ended_at_once() -> Iterator[None]:
    """Let both signals end a command, also where it was started with Ctrl-C ignored, as in the background."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    with _answered(interrupt, *BOTH):
        yield


@contextmanager
def stopped_in_order(brake: "CircuitBreaker") -> Iterator[None]:
    """Let both signals stop the run: writes under way come to their end, and what is left is named.

    Nothing is raised, since an exception could strike between a write and the note of its outcome.
    """
    with _answered(lambda: brake.stop("stopped by the user"), *BOTH):
        yield


@contextmanager
def asked_to_stop(tell: Callable[[], None]) -> Iterator[Event]:
    """The event that is set once the process is asked to end, by either signal, instead of ending it.

    ``tell`` is called each time, so that whoever presses Ctrl-C again is told what is still going on.
    """
    stop = Event()

    def note() -> None:
        stop.set()
        tell()

    with _answered(note, *BOTH):
        yield stop


@contextmanager
def _answered(answer: Callable[[], None], *numbers: signal.Signals) -> Iterator[None]:
    """Answer these signals so while the block lasts."""
    before = {number: signal.signal(number, lambda *_: answer()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
