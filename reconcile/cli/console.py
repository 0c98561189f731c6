"""What a person sees and is asked: results on standard output, everything else on standard error."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field

import click

from reconcile.errors import Refusal
from reconcile.model.problem import Problem, problem_lines
from reconcile.model.settings import Privacy
from reconcile.services.caller import Progress

from .output import follow_privacy, mask_for_log, print_error, print_text
from .progress import ProgressBars, ProgressLines, WaitLines
from .signals import ENDING_SIGNALS, ended_by, stopped_in_order


def on_terminal() -> bool:
    """Whether a person sees standard output."""
    return sys.stdout.isatty()


def colour() -> bool:
    """Colour on a terminal that can show it, or wherever FORCE_COLOR asks for it; none where NO_COLOR is set.

    Either variable counts with any value but an empty one (no-color.org, force-color.org). Of both, the one
    for plain text wins, as it does in Python's own messages since 3.13.
    """
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and not _dumb())


def _dumb() -> bool:
    """Whether the terminal can neither colour a text nor go back on a line, such as that of an editor."""
    return os.environ.get("TERM") == "dumb"


def width() -> int | None:
    """The terminal's width; None where the output is no terminal."""
    if not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


@dataclass(frozen=True, slots=True)
class Terminal:
    """The console of a command line: a terminal, or wherever its two outputs are sent.

    ``quiet``: print only results and errors. ``verbose``: print each request to the account, too. ``bars``:
    show the progress of long work. ``monotonic``: seconds that only grow.
    """

    quiet: bool = False
    verbose: bool = False
    bars: bool = True
    monotonic: Callable[[], float] = time.monotonic
    waits: WaitLines = field(default_factory=WaitLines, init=False, repr=False, compare=False)

    def set_privacy(self, privacy: Privacy) -> None:
        """Follow what the configuration says of names and e-mails from now on."""
        follow_privacy(privacy)

    def print_result(self, text: str, *, own_commands: bool = False) -> None:
        """Print a result on standard output. ``own_commands``: its lines are commands to a CI runner."""
        print_text(text, colour=colour(), own_commands=own_commands)

    def print_exactly(self, text: str) -> None:
        """Print what a program takes byte by byte, such as a patch: nothing in it is spelt otherwise."""
        click.echo(text, nl=not text.endswith("\n"))

    def print_ending(self, text: str) -> None:
        """Print on standard output how something ended; if nobody reads it any more, it still counts."""
        with suppress(OSError):
            self.print_result(text)

    def note(self, text: str) -> None:
        """Print something that is no result on standard error."""
        if not self.quiet:
            print_error(mask_for_log(text))

    def warn(self, warnings: Iterable[Problem]) -> None:
        """Print what deserves a second look in the declarations, although it can be done."""
        for line in problem_lines(tuple(warnings)):
            self.note(line)

    def trace(self, line: str) -> None:
        """Print one request to the account, if each is wanted."""
        if self.verbose:
            print_error(line)

    def waiting(self, wait: str, seconds: float) -> None:
        """Print that the account is waited for, unless nobody would notice or only results are wanted."""
        if not self.quiet:
            self.waits.show(wait, seconds, self.monotonic())

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A progress bar while long work goes on, or a line now and then where nobody sits at a terminal."""
        if self.quiet or not self.bars:
            yield lambda _work, _done, _total: None
        elif sys.stderr.isatty() and not _dumb():
            with closing(ProgressBars()) as bars:
                yield bars.show
        else:
            yield ProgressLines(self.monotonic).show

    def confirm(self, question: str, command: str) -> None:
        """Ask; raise Refusal unless a person at a terminal says ``yes``."""
        if not sys.stdin.isatty():
            raise Refusal(f"nothing was written: there is no terminal to ask at; call {command} with --yes")
        prompt = f"{question} Only 'yes' is taken as approval"
        try:
            answer = click.prompt(prompt, default="", show_default=False, err=True)
        except click.Abort:
            raise KeyboardInterrupt from None
        if answer.strip() != "yes":
            raise Refusal("not approved: nothing was written")

    def ended_by_interrupt(self) -> AbstractContextManager[None]:
        """End the command without waiting for requests when Ctrl-C or SIGTERM comes while a block lasts.

        This also holds where the command was started with Ctrl-C ignored, as in the background.
        """
        return ended_by(ENDING_SIGNALS)

    def on_interrupt(self, act: Callable[[], None], notice: str) -> AbstractContextManager[None]:
        """Call ``act`` and print the notice at the first Ctrl-C or SIGTERM that comes while a block lasts.

        Further ones change nothing. This also holds where Ctrl-C is ignored.
        """
        return stopped_in_order(act, notice)
