"""``reconcile fmt``: bring files of declarations into the canonical layout."""

import sys
from pathlib import Path

import click

from reconcile.cli.formats import render
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import DeclarationError, ExitCode, ReconcileError, UsageError

_STANDARD_INPUT = Path("-")


@click.command(
    short_help="Lay declarations out in one way, with all comments.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile fmt", "lay out all files of the contacts folder"),
        ("reconcile fmt --check --diff", "show what would change, and fail where something would"),
        ("reconcile fmt contacts/trade.yaml", "lay out one file, or all of a folder"),
        ("reconcile fmt - < contacts/trade.yaml", "print the result, as an editor wants it"),
    ],
    exits={
        ExitCode.DONE: "all files are in the canonical layout now, or with --diff would be",
        ExitCode.FAILED: "a file can't be written, or was left as it is",
        ExitCode.CHANGES: "with --check: at least one file is not in the canonical layout",
        ExitCode.REFUSED: "somebody else changed a file meanwhile: it was left",
        ExitCode.INVALID: "a file has errors and was not touched; all others were laid out",
    },
)
@click.argument("files", metavar="[FILE|FOLDER|-]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit with 2 where a layout would change.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@shared_options("config", "target", "declarations", "quiet")
def fmt(common: Common, *, files: tuple[Path, ...], check: bool, diff: bool) -> int:
    """Bring files of declarations into the canonical layout, in which all comments stay.

    Without names, all files of the contacts folders, or of the folder of --target. Named files and folders
    need no configuration. The name of each file that changes is printed. A file with errors is not touched.
    """
    if _STANDARD_INPUT in files:
        return _format_input(files, check=check, diff=diff)
    from reconcile.render.formatting import format_summary
    from reconcile.services.formatting.format_files import LEFT_ALONE, format_files

    console = common.console
    report = format_files(common.choice, console, files, write=not (check or diff))
    if report.files and diff:
        console.print_exactly(render(report, "diff"))
    elif report.files:
        console.print_result(render(report, "text"))
    console.note(format_summary(report))
    if report.problems:
        raise DeclarationError(report.problems)
    if report.left:
        raise ReconcileError("\n".join(f"{file}: {LEFT_ALONE}" for file in report.left))
    return ExitCode.CHANGES if check and report.files else ExitCode.DONE


def _format_input(files: tuple[Path, ...], *, check: bool, diff: bool) -> int:
    """Standard input to standard output, for editors; with an error nothing is printed there."""
    if len(files) > 1 or diff:
        raise UsageError("'-' stands alone: standard input goes to standard output, without --diff")
    from reconcile.services.formatting.format_files import format_input

    data = sys.stdin.buffer.read()
    text = format_input(data)
    if check:
        return ExitCode.DONE if text.encode() == data else ExitCode.CHANGES
    click.echo(text.encode(), nl=False)
    return ExitCode.DONE
