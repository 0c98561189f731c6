"""The command ``reconcile``: all its commands, and the one place where errors become exit codes."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from traceback import extract_tb
from typing import NoReturn

import click

from reconcile import __version__
from reconcile.errors import ExitCode, ReconcileError

from . import console
from .commands.apply import apply
from .commands.ci.artifacts import approved_plan, journals
from .commands.ci.comments import applied, comment, drift_issue, summary
from .commands.ci.group import ci
from .commands.demo import demo
from .commands.drift import drift
from .commands.explain import explain
from .commands.history import history
from .commands.plan import plan
from .commands.probe import probe
from .commands.revert import revert
from .commands.sandbox import sandbox
from .commands.schema import schema
from .commands.show import show
from .commands.timeline import timeline
from .commands.validate import validate


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="reconcile")
def cli() -> None:
    """Customer access as code for Evance: declare, plan, review, apply.

    Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed,
    2 changes pending, 3 refused (nothing written), 4 partly applied, 64 wrong call, 65 invalid declarations.
    """


for command in (
    apply,
    ci,
    demo,
    drift,
    explain,
    history,
    plan,
    probe,
    revert,
    sandbox,
    schema,
    show,
    timeline,
    validate,
):
    cli.add_command(command)

for step in (applied, approved_plan, comment, drift_issue, journals, summary):
    ci.add_command(step)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that can't show a character shows its number: no plan fails for want of a glyph.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    """The one ``except``: what a command raises becomes a message on standard error and an exit code."""
    console.reset_privacy()
    try:
        return int(cli.main(arguments, prog_name="reconcile", standalone_mode=False) or 0)
    except BrokenPipeError:
        # The reader of our output has gone (`reconcile plan | head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except Exception as error:  # noqa: BLE001 - the last resort: no traceback, which might show what is private
        message, code = _message_and_code(error)
        console.print_error(console.mask_for_log(message))
        return code


def _message_and_code(error: Exception) -> tuple[str, ExitCode]:
    """The message for an error, and the exit code."""
    match error:
        case ReconcileError():
            return str(error), error.exit_code
        case click.Abort():
            return "stopped by the user", ExitCode.FAILED
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
    return f"{error.format_message()}\n'{command} --help' shows how it is called"


def _bug(error: Exception) -> str:
    """Where an unexpected error came from; its text is left out, since it may be private."""
    frames = extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    return (
        f"unexpected {type(error).__name__} at {place}: this is a fault of reconcile; please report this line"
    )
