"""Runs a command in a fresh process and tells what it took."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO

MAXRSS_IN_A_MIB = 1_024 * 1_024 if sys.platform == "darwin" else 1_024
"""Linux counts ``ru_maxrss`` in KiB, macOS in bytes."""


class BenchError(Exception):
    """A measured command failed, or did not do what was measured."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds of processor (its own and the system's for it), seconds, MiB at most."""

    processor: float
    seconds: float
    peak_mib: float


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], limit: float
) -> tuple[str, Cost]:
    """Run a command to its end, which must be a success within ``limit`` seconds.

    Returns what it printed, errors included, and what it took. Raises BenchError.
    """
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        with _killed_after(process, limit):
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        text = _text(output)
    if process.returncode:
        raise BenchError(f"{' '.join(command)} ended with {process.returncode}:\n{text[-2_000:]}")
    return text, Cost(usage.ru_utime + usage.ru_stime, seconds, usage.ru_maxrss / MAXRSS_IN_A_MIB)


@contextmanager
def _killed_after(process: "subprocess.Popen[bytes]", limit: float) -> Iterator[None]:
    timer = Timer(limit, process.kill)
    timer.start()
    try:
        yield
    except BaseException:
        process.kill()
        raise
    finally:
        timer.cancel()


def _text(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read().decode("utf-8")
