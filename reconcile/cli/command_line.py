"""The command ``reconcile``: all its commands, and the one place where errors become exit codes."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn, TextIO

import click

from reconcile.errors import ExitCode, ReconcileError

from .commands.table import COMMANDS, COMPLETION_VARIABLE, PROGRAM, SECTIONS, ImportedCommands
from .help import CommandGroup
from .output import mask_for_log, print_error, reset_privacy
from .shared_options import options_before_commands
from .signals import STOPPED, ended_by_ctrl_c, interrupted


def _print_version(context: click.Context, _option: click.Parameter, asked: bool) -> None:  # noqa: FBT001
    if asked and not context.resilient_parsing:
        from pathlib import Path

        from .version import version_text

        click.echo(version_text(Path(__file__).parent.parent))
        context.exit()


@click.group(
    cls=CommandGroup,
    commands=ImportedCommands(COMMANDS),
    sections=SECTIONS,
    context_settings={"max_content_width": 100},
)
@options_before_commands
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and its commit, and exit.",
)
def cli() -> None:
    """Customer access as code for Evance: declare, plan, review, apply.

    Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed,
    2 changes pending, 3 refused (nothing written), 4 partly applied, 64 wrong call, 65 invalid declarations.

    The common options may stand before the command or after it, and what stands after it wins.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    if COMPLETION_VARIABLE in os.environ:
        from .completion.shells import answer

        answer(cli, os.environ[COMPLETION_VARIABLE])
        sys.exit(ExitCode.DONE)
    _replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that can't show a character shows its number: no plan fails for want of a glyph.
            stream.reconfigure(errors="backslashreplace")
    with ended_by_ctrl_c():
        code = _run(arguments)
    unwritten = [stream for stream in (sys.stdout, sys.stderr) if not _flushed(stream)]
    if interrupted():
        os._exit(code)  # Python would wait for the requests that are under way
    sys.exit(code or (ExitCode.FAILED if sys.stdout in unwritten else ExitCode.DONE))


def _replace_closed_streams() -> None:
    """Put streams in the place of those that are closed, whose numbers the next files would get otherwise.

    Input is at its end, and messages go nowhere. Results can't be written, as on a full disk: a plan that
    nobody can see is not applied.
    """
    for number, (name, flags) in enumerate(_STREAMS.items()):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, flags)
            os.dup2(null, number)
            if null != number:
                os.close(null)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


_STREAMS = {"stdin": os.O_RDONLY, "stdout": os.O_RDONLY, "stderr": os.O_WRONLY}
"""Opened for reading, standard output takes nothing."""


def _run(arguments: Sequence[str] | None) -> int:
    """The one ``except``: what a command raises becomes a message on standard error and an exit code."""
    reset_privacy()
    try:
        return int(cli.main(arguments, prog_name=PROGRAM, standalone_mode=False) or 0)
    except BrokenPipeError:
        # The reader of our output has gone (`reconcile plan | head`): nobody is left to tell.
        return ExitCode.FAILED
    except Exception as error:  # noqa: BLE001 - the last resort: no traceback, which might show what is private
        message, code = _message_and_code(error)
        print_error(mask_for_log(message))
        return code


def _flushed(stream: TextIO) -> bool:
    """False when a stream can't take what is left for it.

    That is then thrown away, since Python would try again at its end and exit with a code of its own.
    """
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return False
    return True


def _message_and_code(error: Exception) -> tuple[str, ExitCode]:
    """The message for an error, and the exit code."""
    match error:
        case ReconcileError():
            return str(error), error.exit_code
        case click.Abort():
            # The interrupt says what has become of the work, if anybody knew.
            cause = error.__cause__ if isinstance(error.__cause__, KeyboardInterrupt) else None
            return ": ".join([STOPPED, *(cause.args if cause else ())]), ExitCode.FAILED
        case click.ClickException():
            return _usage(error), ExitCode.USAGE
        case OSError(filename=str(name)):
            return f"{name}: {error.strerror}", ExitCode.FAILED
        case OSError():
            return f"a file or the output can't be written: {error.strerror}", ExitCode.FAILED
        case _:
            return _bug(error), ExitCode.FAILED


def _usage(error: click.ClickException) -> str:
    """What is wrong with the call, and how to see how it is called."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "reconcile"
    return f"{_wrong_call(error)}\n'{command} --help' shows how it is called"


def _wrong_call(error: click.ClickException) -> str:
    """What is wrong with a call, on one line, as all our messages are."""
    if isinstance(error, click.NoSuchOption):
        from reconcile.text import likely_word

        near = likely_word(error.option_name, error.possibilities or ())
        return f"No such option '{error.option_name}'." + (f" Did you mean '{near}'?" if near else "")
    return " ".join(error.format_message().split())


def _bug(error: Exception) -> str:
    """Where an unexpected error came from; its text is left out, since it may be private."""
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("reconcile"):
        return f"the Python package '{error.name}' is not installed: install evance-reconcile anew"
    from traceback import extract_tb

    frames = extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    return (
        f"unexpected {type(error).__name__} at {place}: this is a fault of reconcile; please report this line"
    )
