"""Runs a command in a fresh process and tells what it took."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")

MAXRSS_IN_A_MIB = 1_024 * 1_024 if sys.platform == "darwin" else 1_024
"""Linux counts the peak of memory in KiB, macOS in bytes."""


class BenchError(Exception):
    """A measured command failed, or did not do what was measured."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds of processor (its own and the system's for it), seconds, MiB at most."""

    processor: float
    seconds: float
    peak_mib: float


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], limit: int) -> tuple[str, Cost]:
    """Run a command to its end, which must be a success within ``limit`` seconds.

    Returns what it printed, errors included, and what it took. Raises BenchError.
    """
    with tempfile.NamedTemporaryFile("r", encoding="ascii") as report:
        launched = [sys.executable, "-I", "-S", str(LAUNCHER), report.name, str(limit), *command]
        done = subprocess.run(
            launched,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        figures = report.read().split() or ["that could not be started", "0", "0", "0"]
    text = done.stdout.decode("utf-8")
    if figures[0] != "0":
        raise BenchError(f"{' '.join(command)} ended with {figures[0]}:\n{text[-2_000:]}")
    processor, seconds, peak = map(float, figures[1:])
    return text, Cost(processor, seconds, peak / MAXRSS_IN_A_MIB)
