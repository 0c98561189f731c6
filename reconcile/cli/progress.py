"""How long work and waits are shown on standard error: bars on a terminal, else a line now and then."""

import sys
import threading
from collections.abc import Callable

import click

from .output import bar_stands, erase_bar, print_error

SHORTEST_TOLD = 2.0
"""Minimum number of seconds of a wait that is told: nobody wonders about a shorter one."""

LINE_INTERVAL = 30.0
"""Seconds between two lines in a log, where nobody sits and watches."""


class ProgressBars:
    """One Click progress bar after another, one for each kind of work."""

    def __init__(self) -> None:
        self._work = ""
        self._bar: click._termui_impl.ProgressBar[int] | None = None

    def show(self, work: str, done: int, total: int | None) -> None:
        """Move the bar of that work, which is begun where it is another one than before."""
        if total is None:
            return
        if self._bar is None or work != self._work:
            self.close()
            self._work, self._bar = work, click.progressbar(length=total, label=work, file=sys.stderr)
            bar_stands.set()
            self._bar.render_progress()
        self._bar.length = total
        bar_stands.set()
        self._bar.update(done - self._bar.pos)

    def close(self) -> None:
        """Take the last bar away: what is done needs no line, and what comes next stands on a clean one."""
        self._bar = None
        erase_bar()


class ProgressLines:
    """A line every half minute: a log shows that long work goes on, and short work adds nothing to it."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._next = monotonic() + LINE_INTERVAL

    def show(self, work: str, done: int, total: int | None) -> None:
        """Print how far that work is, if it is time for a line."""
        now = self._monotonic()
        if now >= self._next:
            self._next = now + LINE_INTERVAL
            print_error(f"{work}: {done:,}" + (f" of {total:,}" if total is not None else ""))


class WaitLines:
    """Waits for the account, from any thread: one line while one lasts, however many workers wait.

    On a terminal the next line comes when the wait that was told is over, in a log half a minute after the
    last one at the earliest, with the number of those that were passed over.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = float("-inf")
        self._passed_over = 0

    def show(self, wait: str, seconds: float, now: float) -> None:
        """Print a wait that begins now, unless it is too short or another line has just told of one."""
        if seconds < SHORTEST_TOLD:
            return
        watched = sys.stderr.isatty()
        with self._lock:
            if now < self._next:
                self._passed_over += 1
                return
            self._next = now + (seconds if watched else LINE_INTERVAL)
            more, self._passed_over = self._passed_over, 0
        print_error(wait + (f"; {more:,} more since the last such line" if more and not watched else ""))
