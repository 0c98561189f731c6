"""Runs the command line many times at little cost: all is imported once, each run is a fork of that."""

import gc
import importlib
import os
import pkgutil
import random
import signal
import sys
import time
from collections.abc import Mapping, Sequence
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
            _become(call, (typed, out, err))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return Done(code, _content(out), _content(err))


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _become(call: Call, streams: Sequence[IO[bytes]]) -> NoReturn:
    """Be the command from here on: its own streams, folder, environment, chance and end."""
    code = 70
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream.fileno(), number)
        os.chdir(call.folder)
        os.environ.clear()
        os.environ.update(call.environment)
        time.tzset()
        _foresee(call.chance)
        signal.alarm(LONGEST)
        code = _exit_code_of_main(call.arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _foresee(number: int) -> None:
    """Make chance the same in each recording, however it is asked for: names of runs stand in digests."""
    drawn = count()

    def draw(size: int) -> bytes:
        return shake_128(f"{number} {next(drawn)}".encode()).digest(size)

    os.urandom = draw
    random._urandom = draw  # type: ignore[attr-defined]  # noqa: SLF001 - what `secrets` draws from
    random.seed(number)


def _exit_code_of_main(arguments: Sequence[str]) -> int:
    from reconcile.cli import main  # noqa: PLC0415 - the one entry point, as in `__main__`

    sys.argv = ["reconcile", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
