"""``reconcile init``: the files that a new project begins with."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile import __version__
from reconcile.cli.console import Terminal
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import machine_time
from reconcile.declare.configuration_file import find_configuration
from reconcile.errors import ExitCode, UsageError
from reconcile.model.declaration import Mode
from reconcile.text import quoted

if TYPE_CHECKING:
    from reconcile.services.starting.ci_files import ToolSource
    from reconcile.services.starting.initializing import FileOutcome
    from reconcile.services.starting.new_files import NewFile, NewProject


@click.command(
    short_help="Write what a new project needs, and overwrite nothing.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile init", "a project for the practice shop, in this folder"),
        ("reconcile init access --account example.evance.me", "one for an account, in a folder of its own"),
        ("reconcile init --ci github --owners @acme/admins", "the workflows, too"),
    ],
)
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
@click.option("--ci", type=click.Choice(["github", "gitlab"]), help="Also write the workflows for it.")
@click.option("--owners", metavar="@TEAM", multiple=True, help="With --ci: who approves changes of them.")
@click.option("--dry-run", is_flag=True, help="Only list the files.")
def init(  # noqa: PLR0913 - an argument for each option
    directory: Path | None,
    *,
    account: str | None,
    timezone: str | None,
    manage: str,
    example: bool | None,
    ci: str | None,
    owners: tuple[str, ...],
    dry_run: bool,
) -> int:
    """Write what a new project needs into DIRECTORY (by default this one). What is there stays as it is.

    That is the configuration, a first declaration, JSON Schemas and settings for editors, .gitignore and a
    hook for pre-commit. Without an account, the project is about the practice shop of the embedded sandbox.
    """
    from reconcile.services.starting.environment import first_file
    from reconcile.services.starting.initializing import initialize
    from reconcile.services.starting.new_files import NewProject, new_files

    _refuse_contradictions(account, ci, owners, example=example)
    folder = _folder(directory)
    project = NewProject(
        today=machine_time().date(),
        timezone=_timezone(timezone),
        account=_account(account),
        manage=Mode(manage),
        first=first_file(folder, practice=account is None, example=example),
    )
    console, workflows = Terminal(), _Workflows(ci, owners) if ci else None
    files = [*new_files(project), *(workflows.files(project, folder) if workflows else ())]
    outcomes = initialize(folder, files, dry_run=dry_run)
    console.print_result("\n".join(_lines(outcomes, folder, dry_run=dry_run)))
    if not dry_run:
        console.print_result(_ending(project, folder))
        if workflows:
            console.print_result("\n".join(workflows.remarks()))
    return ExitCode.DONE


def _refuse_contradictions(
    account: str | None, ci: str | None, owners: tuple[str, ...], *, example: bool | None
) -> None:
    if example and account is not None:
        raise UsageError("--example is about the practice shop: leave it out, or --account")
    if owners and ci is None:
        raise UsageError("--owners own the workflows, too: say which with --ci github or --ci gitlab")


def _folder(directory: Path | None) -> Path:
    """The folder of the new project. UsageError: it is none, or lies in a project and was not named."""
    if directory is not None:
        if os.path.lexists(directory) and not directory.is_dir():
            raise UsageError(f"{directory} is no folder: name another one")
        return directory
    try:
        found = find_configuration()
    except UsageError:
        return Path()  # the one above is somebody else's: no command would take it in here
    if found.above:
        raise UsageError(
            f"this folder is in the project of {found.path}; "
            "to make another project in here all the same: reconcile init ."
        )
    return Path()


def _timezone(named: str | None) -> str:
    from reconcile.declare.settings import is_timezone, unknown_timezone
    from reconcile.services.starting.environment import machine_timezone

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
    from reconcile.services.starting.environment import repository_around
    from reconcile.services.starting.next_steps import CREDENTIALS, steps_after_init, steps_text

    steps = steps_after_init(project, folder, repository=repository_around(folder) is not None)
    before = "" if project.account is None else f"\n{CREDENTIALS}"
    return f"{before}\n{steps_text('Next', steps)}"


@dataclass(frozen=True, slots=True)
class _Workflows:
    """The workflows that were asked for, with the tool as it runs here."""

    forge: str
    owners: tuple[str, ...]

    def files(self, project: "NewProject", folder: Path) -> "Iterator[NewFile]":
        """Their files. UsageError: a forge would not look for them in this folder."""
        from reconcile.services.starting.ci_files import ForgeKind, ci_files
        from reconcile.services.starting.environment import pipeline_scope, repository_around

        root = repository_around(folder)
        if root is not None and root != folder.resolve():
            raise UsageError(f"--ci: workflows stand at the root of the repository: reconcile init {root}")
        forge = ForgeKind(self.forge)
        return ci_files(forge, self.tool, self.owners, pipeline_scope(folder, project, forge))

    @property
    def tool(self) -> "ToolSource":
        """The tool at the commit that runs here."""
        from reconcile.cli.version import code_origin
        from reconcile.services.starting.ci_files import UNKNOWN_COMMIT, UNKNOWN_REPOSITORY, ToolSource

        origin = code_origin(Path(__file__).parents[2])
        repository = (origin and origin.repository) or UNKNOWN_REPOSITORY
        return ToolSource(__version__, repository, origin.commit if origin else UNKNOWN_COMMIT)

    def remarks(self) -> Iterator[str]:
        """What the workflows still need."""
        page = "ci.md" if self.forge == "github" else "gitlab-ci.md"
        yield f"\nThe workflows need environments and credentials, set up once: {self.tool.guide}/{page}"
        if self.tool.unknown:
            yield f"Replace {' and '.join(self.tool.unknown)} in them."
        if not self.owners:
            yield "Name those who approve changes of them: --owners @organisation/team writes CODEOWNERS."
