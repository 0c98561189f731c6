"""What a person sees: results on standard output, everything else on standard error."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from reconcile.model.settings import Privacy
from reconcile.render.escape import TERMINAL
from reconcile.text import escape_unprintable

from .options import Common

if TYPE_CHECKING:
    from reconcile.declare.loader import LoadedDeclarations


Progress = Callable[[str, int, int | None], None]


def on_terminal() -> bool:
    """Whether a person sees standard output."""
    return sys.stdout.isatty()


def colour() -> bool:
    """Colour only on a terminal, and not where NO_COLOR asks for none (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def width() -> int | None:
    """The terminal's width; None where the output is no terminal."""
    return get_terminal_size().columns if sys.stdout.isatty() else None


_privacy: ContextVar[Privacy] = ContextVar("privacy", default=Privacy.MASK)
"""What the configuration says of names and e-mails; set once it is read, for whatever is said after that."""


def set_privacy(privacy: Privacy) -> None:
    """Go by what the configuration says of names and e-mails."""
    _privacy.set(privacy)


def mask_for_log(text: str) -> str:
    """A text for standard error: without e-mails where it goes into the log of a CI system."""
    text = "\n".join(map(escape_unprintable, text.split("\n")))  # the last line of defence against live text
    logged = bool(os.environ.get("CI")) and not sys.stderr.isatty()
    if not logged or _privacy.get() is Privacy.SHOW or "@" not in text:
        return text
    from reconcile.render.personal_texts import mask_emails

    return mask_emails(text)


def print_result(text: str) -> None:
    """Print a result."""
    click.echo(text, nl=not text.endswith("\n"), color=colour())


def note(text: str, common: Common) -> None:
    """Say something that is no result."""
    if not common.quiet:
        print_error(mask_for_log(text))


def print_error(text: str) -> None:
    """Print on standard error; if nobody reads it any more, what is being done still goes on."""
    with suppress(OSError):
        click.echo(text, err=True)


def print_ending(text: str, _common: Common) -> None:
    """Say on standard output how something ended; if nobody reads it any more, what follows still counts."""
    with suppress(OSError):
        print_result(text)


def print_warnings(loaded: "LoadedDeclarations", common: Common) -> None:
    """Say what is worth a second look in the declarations, although it can be done."""
    for warning in loaded.warnings:
        note(str(warning), common)


def trace_for(common: Common) -> Callable[[str], None]:
    """Who is told of each request to the account: the person who asked for it, else nobody."""
    return print_error if common.verbose else (lambda _line: None)


@contextmanager
def progress(common: Common) -> Iterator[Progress]:
    """A progress bar on standard error while long work goes on, on a terminal only."""
    if common.quiet or not common.progress or not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    bars = _ProgressBars()
    try:
        yield bars.show
    finally:
        bars.close()


class _ProgressBars:
    """One Click progress bar after another, one for each kind of work."""

    def __init__(self) -> None:
        self._what = ""
        self._bar: click._termui_impl.ProgressBar[int] | None = None

    def show(self, what: str, done: int, total: int | None) -> None:
        if total is None:
            return
        if self._bar is None or what != self._what:
            self.close()
            self._what, self._bar = what, click.progressbar(length=total, label=what, file=sys.stderr)
            self._bar.render_progress()
        self._bar.length = total
        self._bar.update(done - self._bar.pos)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None


terminal_name = TERMINAL.name
"""A live name as it may stand on a terminal."""
