"""Where text leaves for standard output and standard error, and what of it may reach the log of a runner.

Names, tags and messages of the account may be typed by customers: none may begin a line that the runner of a
CI job takes for a command, such as one that sets an output of the step or hides what follows.
"""

import os
import sys
import threading
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconcile.model.settings import Privacy

_privacy: ContextVar["Privacy | None"] = ContextVar("privacy", default=None)
"""What the configuration says of names and e-mails, from the moment at which it is read."""


def follow_privacy(privacy: "Privacy") -> None:
    """Follow what the configuration says of names and e-mails from now on."""
    _privacy.set(privacy)


def reset_privacy() -> None:
    """Mask until a configuration is read: a second run in one process must not follow the first one's."""
    _privacy.set(None)


def configured_privacy() -> "Privacy":
    """What the configuration says of names and e-mails; masked until it is read."""
    from reconcile.model.settings import Privacy

    return _privacy.get() or Privacy.MASK


def mask_for_log(text: str) -> str:
    """A text for standard error: without e-mails where it goes into the log of a CI system."""
    from reconcile.model.settings import Privacy
    from reconcile.text import escape_unprintable

    text = "\n".join(map(escape_unprintable, text.split("\n")))  # the last line of defence against live text
    logged = in_ci() and not sys.stderr.isatty()
    if not logged or _privacy.get() is Privacy.SHOW or "@" not in text:
        return text
    from reconcile.render.masking.personal_texts import mask_emails

    return mask_emails(text)


_RUNNERS = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD")
"""Variables that the runners set: the usual one, and those of GitHub, GitLab and Azure Pipelines."""


def in_ci() -> bool:
    """True in a job of a CI system, where other people read what is printed, and a runner obeys it."""
    return any(os.environ.get(name) for name in _RUNNERS)


def print_text(
    text: str, *, err: bool = False, colour: bool | None = None, own_commands: bool = False
) -> None:
    """Print a text and the end of its line, in a CI job without anything that the runner would obey.

    ``own_commands``: its lines are commands of ours to the runner.
    """
    click.echo(_shown(text, own_commands), nl=not text.endswith("\n"), color=colour, err=err)


def _shown(text: str, own_commands: bool) -> str:  # noqa: FBT001
    if not in_ci():
        return text
    from reconcile.text import without_commands

    return without_commands(text, own=own_commands)


def print_error(text: str) -> None:
    """Print on standard error; if nobody reads it any more, what is being done still goes on."""
    with suppress(OSError):
        erase_bar()
        print_text(f"{text}\n", err=True)


ERASED = "\r\x1b[2K\x1b[?25h"
"""Takes away the line on which the cursor stands, and shows the cursor that a bar has hidden (ECMA-48)."""

bar_stands = threading.Event()
"""Set while a progress bar stands on the last line of standard error, which nothing may be printed behind."""


def erase_bar() -> None:
    """Take away a bar that stands on standard error, so that what comes next begins on a clean line."""
    if bar_stands.is_set():
        bar_stands.clear()
        sys.stderr.write(ERASED)
        sys.stderr.flush()
