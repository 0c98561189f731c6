"""The command line: a file a command, one place where errors become exit codes."""

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from reconcile import __version__
from reconcile.errors import ExitCode, ReconcileError

from .apply import apply
from .demo import demo
from .plan import plan
from .probe import probe
from .sandbox import sandbox


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="reconcile")
def cli() -> None:
    """Customer access as code for Evance: declare, plan, review, apply.

    Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed,
    2 changes pending, 3 refused (nothing written), 4 partly applied, 64 wrong call, 65 invalid declarations.
    """


for command in (apply, demo, plan, probe, sandbox):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    """The one ``except``: what a command raises becomes a message on standard error and an exit code."""
    try:
        code = cli.main(arguments, prog_name="reconcile", standalone_mode=False)
    except ReconcileError as error:
        _complain(str(error))
        return error.exit_code
    except click.Abort:
        _complain("stopped by the user")
        return ExitCode.FAILED
    except click.ClickException as error:
        error.show(sys.stderr)
        return ExitCode.USAGE
    except BrokenPipeError:
        # The reader of our output has gone (`reconcile plan | head`): nobody is left to tell.
        sys.stderr.close()
        return ExitCode.FAILED
    except OSError as error:
        _complain(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
        return ExitCode.FAILED
    return int(code or 0)


def _complain(text: str) -> None:
    """Say what went wrong. Problems already stand one a line with their place."""
    click.echo(text, err=True)
