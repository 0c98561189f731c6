"""Ctrl-C and SIGTERM: answered at once, and never a change of how a command that stops ends."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from reconcile.errors import ExitCode

from .output import ERASED, bar_stands

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)

STOPPED = "stopped by the user"

_interrupted = threading.Event()


def interrupted() -> bool:
    """True once the command was ended without waiting for the requests that are under way."""
    return _interrupted.is_set()


@contextmanager
def ended_by(numbers: Iterable[signal.Signals]) -> Iterator[None]:
    """While a block lasts, the first of these signals raises KeyboardInterrupt; the next ends the process.

    For what only reads, or has not written yet.
    """
    with _handled(numbers, _end):
        yield


@contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """The same for Ctrl-C, unless the command was started with it ignored, as in the background."""
    _interrupted.clear()
    in_main_thread = threading.current_thread() is threading.main_thread()
    listens = in_main_thread and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    with ended_by([signal.SIGINT] if listens else []):
        yield


@contextmanager
def stopped_in_order(act: Callable[[], None], notice: str) -> Iterator[None]:
    """While a block lasts, call ``act`` at the first signal, and say so; further ones are not heeded.

    Neither are they after the block: they would change the exit code of what has come to its end.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # not a function: Python drops those before its end
        _say(notice)
        act()

    with _handled(ENDING_SIGNALS, stop):
        yield


Handler = Callable[[int, FrameType | None], None]


@contextmanager
def _handled(numbers: Iterable[signal.Signals], handler: Handler) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, former in before.items():
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, former)


def _end(_number: int, _frame: FrameType | None) -> None:
    if _interrupted.is_set():
        _say(STOPPED)
        os._exit(ExitCode.FAILED)
    _interrupted.set()
    _say("stopping; Ctrl-C again ends at once")
    raise KeyboardInterrupt


def _say(text: str) -> None:
    """Past the buffer of standard error; on a terminal a progress bar or a question may stand on the line."""
    with suppress(OSError, ValueError):
        number = sys.stderr.fileno()
        line = ERASED if bar_stands.is_set() else "\n"
        before = line if os.isatty(number) else ""
        os.write(number, f"{before}{text}\n".encode())
