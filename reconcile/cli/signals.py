"""What Ctrl-C and SIGTERM do: before the first write they end the command, from then on they stop the run."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconcile.apply import Brake


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def stopped_in_order(brake: "Brake") -> Iterator[None]:
    """Let both signals stop the run: writes under way come to their end, and what is left is named.

    Nothing is raised, since an exception could strike between a write and the note of its outcome.
    """

    def stop(*_: object) -> None:
        brake.stop("stopped by the user")

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
