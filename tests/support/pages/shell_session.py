"""A terminal for the commands of a page: one bash, so that ``cd`` and ``export`` carry over to later ones."""

import os
import selectors
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_END = "\x1eend\x1e"
"""Stands behind what a command prints, and behind the environment that it leaves; no page prints it."""

_LONGEST = 600
"""Maximum time of a command, in seconds: an installation downloads packages."""


@dataclass
class ShellSession:
    """A running bash, and the environment that its last command left (``PWD`` is the folder)."""

    process: "subprocess.Popen[bytes]"
    environment: dict[str, str]

    @property
    def folder(self) -> Path:
        """Where the next command runs."""
        return Path(self.environment["PWD"])

    def run(self, command: str) -> str:
        """What a command prints on both streams; its standard input is empty."""
        assert self.process.stdin
        end = f"printf %s {shlex.quote(_END)}"
        line = f"eval {shlex.quote(command)} < /dev/null; {end}; env -0; {end}\n"
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        printed, environment, _ = self._read().split(_END)
        entries = (entry.partition("=") for entry in environment.split("\0") if entry)
        self.environment = {name: value for name, _, value in entries}
        return printed

    def _read(self) -> str:
        """What has come when the second end has come."""
        assert self.process.stdout
        read, latest, end = b"", time.monotonic() + _LONGEST, _END.encode()
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while read.count(end) < 2:
                assert selector.select(latest - time.monotonic()), f"takes too long, after {read!r}"
                piece = os.read(self.process.stdout.fileno(), 65_536)
                assert piece, f"the shell has ended, after {read!r}"
                read += piece
        return read.decode()


@contextmanager
def shell_session(folder: Path, environment: Mapping[str, str]) -> Iterator[ShellSession]:
    """A bash of its own in that folder, with exactly that environment; what it started ends with it."""
    started = {**environment, "PWD": str(folder)}
    with subprocess.Popen(
        ["bash", "--noprofile", "--norc", "-s"],
        cwd=folder,
        env=started,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            yield ShellSession(process, started)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
