"""The ``reconcile`` command, and ``python -m reconcile``."""

import signal
from collections.abc import Sequence
from typing import NoReturn

from .collector import collect_seldom, end_without_collecting

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Loading takes a moment: Ctrl-C ends the process then, without a traceback of Python's own.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

collect_seldom()

from .cli.command_line import main as run_command_line  # noqa: E402 - after what makes loading quick


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; the process ends with its code."""
    try:
        run_command_line(arguments)
    finally:
        end_without_collecting()


if __name__ == "__main__":
    main()
