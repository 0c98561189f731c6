"""``reconcile init``: the files that a new project begins with."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.console import Terminal
from reconcile.cli.options import machine_time
from reconcile.declare.configuration_file import find_configuration
from reconcile.errors import ExitCode, UsageError
from reconcile.model.declaration import Mode
from reconcile.text import quoted

if TYPE_CHECKING:
    from reconcile.services.starting.initializing import FileOutcome
    from reconcile.services.starting.new_files import NewProject


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@click.option("--account", metavar="HOST", help="An Evance account, such as example.evance.me.")
@click.option("--timezone", metavar="NAME", help="In which dates begin and end.  [default: the machine's]")
@click.option(
    "--manage",
    type=click.Choice([mode.value for mode in Mode]),
    default=Mode.AUTHORITATIVE.value,
    show_default=True,
    help="Whether roles and tags that nobody declares are taken from declared contacts.",
)
@click.option(
    "--example/--no-example",
    default=None,
    help="A first declaration, for the practice shop.  [default: unless there is an account]",
)
@click.option("--dry-run", is_flag=True, help="Only list the files.")
def init(  # noqa: PLR0913 - an argument for each option
    directory: Path | None,
    *,
    account: str | None,
    timezone: str | None,
    manage: str,
    example: bool | None,
    dry_run: bool,
) -> int:
    """Write what a new project needs into DIRECTORY (by default this one). What is there stays as it is.

    That is the configuration, a first declaration, JSON Schemas and settings for editors, .gitignore and a
    hook for pre-commit. Without an account, the project is about the practice shop of the embedded sandbox.
    """
    from reconcile.services.starting.initializing import first_of, initialize
    from reconcile.services.starting.new_files import NewProject, new_files

    if example and account is not None:
        raise UsageError("--example is about the practice shop: leave it out, or --account")
    folder = _folder(directory)
    project = NewProject(
        today=machine_time().date(),
        timezone=_timezone(timezone),
        account=_account(account),
        manage=Mode(manage),
        first=first_of(folder, practice=account is None, example=example),
    )
    console = Terminal()
    outcomes = initialize(folder, new_files(project), dry_run=dry_run)
    console.print_result("\n".join(_lines(outcomes, folder, dry_run=dry_run)))
    if not dry_run:
        console.print_result(_ending(project, folder))
    return ExitCode.DONE


def _folder(directory: Path | None) -> Path:
    """The folder of the new project. UsageError: it is none, or lies in a project and was not named."""
    if directory is not None:
        if os.path.lexists(directory) and not directory.is_dir():
            raise UsageError(f"{directory} is no folder: name another one")
        return directory
    found = find_configuration()
    if found.above:
        raise UsageError(
            f"this folder is in the project of {found.path}; "
            "to make another project in here all the same: reconcile init ."
        )
    return Path()


def _timezone(named: str | None) -> str:
    from reconcile.declare.settings import is_timezone, unknown_timezone
    from reconcile.services.starting.machine_timezone import machine_timezone

    if named is None:
        return machine_timezone(os.environ)
    if not is_timezone(named):
        raise UsageError(f"--timezone: {unknown_timezone(named)}")
    return named


def _account(host: str | None) -> str | None:
    from reconcile.declare.schema.configuration import ACCOUNT

    if host is not None and not ACCOUNT.pattern.fullmatch(host):
        raise UsageError(f"--account: {quoted(host)} is not {ACCOUNT.noun}; {ACCOUNT.advice}")
    return host


def _lines(outcomes: "Iterable[FileOutcome]", folder: Path, *, dry_run: bool) -> Iterator[str]:
    """A line for each file, and what is to be added to it by hand below that."""
    for file in outcomes:
        word = "missing" if dry_run and file.action == "written" else file.action
        remark = f"; {file.remark}" if file.remark else ""
        yield f"{word:8} {folder / file.path}{remark}{':' if file.lines else ''}"
        yield from (f"    {line}" for line in file.lines)


def _ending(project: "NewProject", folder: Path) -> str:
    from reconcile.services.starting.initializing import in_repository
    from reconcile.services.starting.next_steps import CREDENTIALS, steps_after_init, steps_text

    steps = steps_after_init(project, folder, repository=in_repository(folder))
    before = "" if project.account is None else f"\n{CREDENTIALS}"
    return f"{before}\n{steps_text('Next', steps)}"
