"""The command line in a process that kills itself at a given step of an import, as `kill -9` would.

Steps are counted where files are written: before and after each is made beside its place, comes to the disk,
and is put in place. Run with the number of the step, the signal's name and the arguments.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from reconcile.cli.command_line import main
from reconcile.services.importing import file_transaction

LAST, SIGNAL = int(sys.argv[1]), signal.Signals[sys.argv[2]]

steps = count(1)


def step() -> None:
    if next(steps) == LAST:
        os.kill(os.getpid(), SIGNAL)


def stepping(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with a step before and one after it."""

    def stepped(*arguments: Any, **named: Any) -> Any:
        step()
        result = function(*arguments, **named)
        step()
        return result

    return stepped


if __name__ == "__main__":
    for module, name in (
        (tempfile, "mkstemp"),
        (file_transaction, "sync_folder"),
        (os, "fsync"),
        (Path, "replace"),
    ):
        setattr(module, name, stepping(getattr(module, name)))
    main(sys.argv[3:])
