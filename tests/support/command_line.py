"""The command line within this process: as quick as its work, with the environment and streams of a test."""

import io
import os
from collections.abc import Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click
import pytest

from reconcile.cli.command_line import cli, main
from reconcile.cli.help import HelpfulCommand


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
    code = _run(arguments, environment, folder, out=out, err=err, entered=entered)
    return CommandResult(code, out.getvalue(), err.getvalue())


def printed_by(*arguments: str, environment: Mapping[str, str], folder: Path) -> str:
    """What a command prints on both streams, as a person at a terminal sees them."""
    terminal = io.StringIO()
    _run(arguments, environment, folder, out=terminal, err=terminal)
    return terminal.getvalue()


def _run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    *,
    out: TextIO,
    err: TextIO,
    entered: str = "",
) -> int:
    with pytest.MonkeyPatch.context() as patch, chdir(folder), redirect_stdout(out), redirect_stderr(err):
        for name in set(os.environ) - set(environment):
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr("sys.stdin", io.StringIO(entered))
        with pytest.raises(SystemExit) as ended:
            main(arguments)
    code = int(ended.value.code or 0)
    _hold_to_its_help(arguments, code)
    return code


def _hold_to_its_help(arguments: Sequence[str], code: int) -> None:
    """Every exit code that any test meets is one that the command's help names."""
    command: click.Command = cli
    for word in arguments:
        if isinstance(command, click.Group):
            command = command.commands.get(word, command)
    if isinstance(command, HelpfulCommand):
        assert code in command.exit_codes, f"'reconcile {command.name} --help' names no exit code {code}"
