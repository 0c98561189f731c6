"""Runs the command line many times at little cost: all is imported once, each run is a fork of that."""

import fcntl
import gc
import importlib
import os
import pkgutil
import random
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import shake_128
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn

LONGEST = 120
"""Seconds after which a run is killed, so that one that hangs does not stop the recording."""

HELPERS = ("click.testing", "deepdiff", "jwt", "requests", "yaml", "aiohttp.web", "concurrent.futures")


@dataclass(frozen=True)
class Done:
    """How a run ended, and what it wrote."""

    code: int
    out: bytes
    err: bytes


def preload() -> None:
    """Import every module of the package, whatever it is called, and what it works with."""
    import reconcile  # noqa: PLC0415 - as late as possible

    for helper in HELPERS:
        importlib.import_module(helper)
    for module in pkgutil.walk_packages(reconcile.__path__, "reconcile."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


@dataclass(frozen=True)
class Call:
    """A run of the command line: what it is given, and the number that stands for chance in it."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    entered: str
    chance: int


def run(call: Call) -> Done:
    """Run the command line once in a process of its own, as `python -m reconcile` would."""
    with TemporaryFile() as typed, TemporaryFile() as out, TemporaryFile() as err:
        typed.write(call.entered.encode())
        typed.seek(0)
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            _become(call, (typed.fileno(), out.fileno(), err.fileno()))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return Done(code, _content(out), _content(err))


def run_on_terminal(call: Call, columns: int = 100) -> Done:
    """Run it as a person does: both outputs go to a terminal, where `entered` was typed ahead."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    modes = termios.tcgetattr(theirs)
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, modes)
    os.write(ours, call.entered.encode())
    child = os.fork()
    if child == 0:
        os.close(ours)
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
        _become(call, (theirs, theirs, theirs))
    os.close(theirs)
    shown = _shown_on(ours)
    return Done(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown, b"")


def _shown_on(terminal: int) -> bytes:
    """All that is written to a terminal until nobody holds it any more."""
    pieces = []
    with suppress(OSError):
        while piece := os.read(terminal, 65536):
            pieces.append(piece)
    os.close(terminal)
    return b"".join(pieces).replace(b"\r\n", b"\n")


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _become(call: Call, streams: Sequence[int]) -> NoReturn:
    """Be the command from here on: its own streams, folder, environment, chance and end."""
    code = 70
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        _reopen()
        os.chdir(call.folder)
        os.environ.clear()
        os.environ.update(call.environment)
        time.tzset()
        _foresee(call.chance)
        signal.alarm(LONGEST)
        code = _exit_code_of_main(call.arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException as error:  # noqa: BLE001 - a fault of the recorder, or a traceback of the command
        os.write(2, f"unexpected end: {error!r}\n".encode())
    finally:
        os._exit(code)


def _reopen() -> None:
    """Have streams as a new process has them: the old ones know what kind of file was theirs before."""
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    errors = "backslashreplace"
    sys.stderr = sys.__stderr__ = open(  # noqa: SIM115
        2, "w", 1, encoding="utf-8", errors=errors, closefd=False
    )


def _foresee(number: int) -> None:
    """Make chance the same in each recording, however it is asked for: names of runs stand in digests."""
    drawn = count()

    def draw(size: int) -> bytes:
        return shake_128(f"{number} {next(drawn)}".encode()).digest(size)

    os.urandom = draw
    random._urandom = draw  # type: ignore[attr-defined]  # noqa: SLF001 - what `secrets` draws from
    random.seed(number)


def _exit_code_of_main(arguments: Sequence[str]) -> int:
    from reconcile.cli.command_line import main  # noqa: PLC0415 - the one entry point, as in `__main__`

    sys.argv = ["reconcile", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
