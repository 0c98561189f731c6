"""What a service may tell and ask the person who called a command. The command line has it on a terminal."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Protocol

from reconcile.model.problem import Problem
from reconcile.model.settings import Privacy

Progress = Callable[[str, int, int | None], None]
"""Called with the work in progress, how much of it is done, and how much there is (None: not known yet)."""


class Console(Protocol):
    """Results go to one place, everything else to another, so that results can be handed to a program."""

    def set_privacy(self, privacy: Privacy, /) -> None:
        """Follow what the configuration says of names and e-mails from now on."""

    def print_result(self, text: str, /) -> None:
        """Print a result."""

    def print_ending(self, text: str, /) -> None:
        """Print as a result how something ended; a reader that has gone is no error."""

    def note(self, text: str, /) -> None:
        """Print something that is no result, unless only results are wanted."""

    def warn(self, warnings: Iterable[Problem], /) -> None:
        """Print what deserves a second look in the declarations."""

    def trace(self, line: str, /) -> None:
        """Print one request to the account, or one step, where somebody wants to see each."""

    def alert(self, text: str, /) -> None:
        """Print at once, even where only results are wanted."""

    def progress(self) -> AbstractContextManager[Progress]:
        """Show the progress of long work while a block lasts."""

    def confirm(self, question: str, command: str, /) -> None:
        """Ask before the first write; Refusal unless a person says yes."""

    def on_interrupt(self, act: Callable[[], None], /) -> AbstractContextManager[None]:
        """Call ``act`` instead of ending the command when the process is asked to end while a block lasts."""
