"""Signals, for a command that must put things right before it ends."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def asked_to_stop(tell: Callable[[], None]) -> Iterator[Event]:
    """The event that is set once the process is asked to end, by Ctrl-C or SIGTERM, instead of ending it.

    ``tell`` is called each time, so that whoever presses Ctrl-C again is told what is still going on.
    """
    stop = Event()

    def note(_number: int, _frame: object) -> None:
        stop.set()
        tell()

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
