"""The command line within this process: as quick as its work, with the environment and streams of a test."""

import io
import os
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconcile.cli.command_line import main


@dataclass(frozen=True)
class CommandResult:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return f"{self.out}\n--- {self.code}\n{self.err}"


def run_command(
    *arguments: str, environment: Mapping[str, str], folder: Path, entered: str = ""
) -> CommandResult:
    """Run the command in that folder, with exactly that environment; its standard input is no terminal."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, chdir(folder), redirect_stdout(out), redirect_stderr(err):
        for name in set(os.environ) - set(environment):
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr("sys.stdin", io.StringIO(entered))
        with pytest.raises(SystemExit) as ended:
            main(arguments)
    return CommandResult(int(ended.value.code or 0), out.getvalue(), err.getvalue())
