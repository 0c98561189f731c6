"""The options that commands share, and what they say to a command."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.clock import parse_day, parse_instant
from reconcile.declare.configuration_file import FoundConfiguration, find_configuration
from reconcile.errors import UsageError
from reconcile.services.caller import ProjectChoice, ScopeRequest
from reconcile.text import quoted

from .console import Terminal
from .help import SharedOption
from .shared_options import SHARED, TARGET_VARIABLE

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from reconcile.model.plans.plan import Plan
    from reconcile.services.project import Project

Command = Callable[..., Any]


def machine_time() -> datetime:
    """What this machine's clock shows: the one place where a command asks it."""
    return datetime.now(UTC)


class Instant(click.ParamType[datetime | date]):
    """A date, or an ISO 8601 date-time with offset, as declarations have them."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | date:
        """Parse the option's text; a time without an offset is refused, since it names no instant."""
        text = str(value)
        try:
            moment = parse_day(text) or parse_instant(text)
        except ValueError:
            moment = None
        if moment is None:
            form = "2026-11-23 (the start of that day in the configured time zone) or 2026-11-23T09:00:00Z"
            problem = f"{quoted(text)} is no date, and no time with an offset"
            self.fail(f"{problem}; write it as {form}", param, ctx)
        return moment


_CEILING = re.compile(r"[0-9]{1,9}", re.ASCII)
"""As large as a ceiling in the configuration may be; Python refuses to read thousands of digits."""


class Ceiling(click.ParamType[tuple[str, int]]):
    """A guard and how far it is lifted: ``NAME=CEILING``."""

    name = "NAME=CEILING"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Split the option's text; a guard that does not exist or that nothing lifts is refused."""
        from reconcile.model.guards import liftable_guards

        guard, _, ceiling = str(value).partition("=")
        liftable = liftable_guards()
        if guard not in liftable:
            self.fail(
                f"'{guard}' is no guard that can be lifted; these are: {', '.join(liftable)}", param, ctx
            )
        if not _CEILING.fullmatch(ceiling):
            self.fail(f"write the ceiling as a whole number of up to 9 digits: {guard}=48", param, ctx)
        return guard, int(ceiling)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """The guards that begin like this."""
        from .completion import project_words

        return project_words.guards(ctx, param, incomplete)


@dataclass(frozen=True, slots=True)
class Common:
    """What the shared options say: which project, as of when, and how much is printed."""

    choice: ProjectChoice
    console: Terminal

    def open_project(self) -> "Project":
        """The project, its configuration read and its target chosen."""
        from reconcile.services.project import open_project

        return open_project(self.choice, self.console)

    def say_how_to_apply(self, plan: "Plan", file: Path) -> None:
        """Say with which call a plan in a file is applied, unless it is empty or would be refused."""
        if plan.changes and not plan.refusing:
            import shlex

            words = ["reconcile", "apply", str(file), *self._choosing_words]
            self.console.note(f"To apply it: {shlex.join(words)}")

    @property
    def _choosing_words(self) -> list[str]:
        """The options that choose the same project again; the environment stays what it is."""
        context = click.get_current_context()
        given = (name for name in ("config", "target", "declarations") if _given(context, name))
        return [word for name in given for word in (f"--{name}", str(context.params[name]))]


_READ: dict[str, dict[str, Any]] = {
    "config": {"type": click.Path(path_type=Path)},
    "target": {"envvar": TARGET_VARIABLE},
    "declarations": {"type": click.Path(path_type=Path, file_okay=False)},
    "as_of": {"type": Instant()},
}
"""How a command reads the words of these options; a group in front of it only hands them on."""


def shared_options(*names: str) -> Callable[[Command], Command]:
    """Give a command those of the shared options that mean something there, as one ``common`` argument."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_common(**values: Any) -> Any:
            shared = {name: values.pop(name) for name in names}
            return command(common=_common(shared), **values)

        for name in reversed(names):
            declarations, settings = SHARED[name]
            settings = {**settings, **_READ.get(name, {})}
            with_common = click.option(*declarations, cls=SharedOption, **settings)(with_common)
        return with_common

    return decorate


def common_options(command: Command) -> Command:
    """Give a command all shared options, as one ``common`` argument."""
    return shared_options(*SHARED)(command)


def _common(shared: Mapping[str, Any]) -> Common:
    """What the shared options say; what a command does not have of them says nothing."""
    quiet, verbose = shared.get("quiet", False), shared.get("verbose", False)
    if quiet and verbose:
        raise UsageError("--quiet and --verbose do not go together: choose one")
    console = Terminal(quiet, verbose, shared.get("bars", True))
    found = _configuration(shared.get("config"), console)
    moment = shared.get("as_of")
    instant = moment if isinstance(moment, datetime) else None
    choice = ProjectChoice(
        config=found.path,
        declarations=shared.get("declarations"),
        target=shared.get("target"),
        as_of=instant,
        clock=machine_time,
        as_of_day=None if instant else moment,
        searched=found.searched,
        target_named_by=_where_the_target_is_named(),
    )
    return Common(choice, console)


def _given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _where_the_target_is_named() -> str:
    source = click.get_current_context().get_parameter_source("target")
    return TARGET_VARIABLE if source is click.core.ParameterSource.ENVIRONMENT else "--target"


def _configuration(named: Path | None, console: Terminal) -> FoundConfiguration:
    """The configuration that was named, else the one that is found; said where that lies above."""
    if named is not None:
        return FoundConfiguration(named)
    found = find_configuration()
    if found.above:
        console.note(f"Configuration: {found.path}")
    return found


def _contacts_or_files(
    context: click.Context, parameter: click.Parameter, typed: str
) -> "list[CompletionItem]":
    from .completion import project_words

    return project_words.contacts_or_files(context, parameter, typed)


_SCOPE_OPTIONS = (
    click.option(
        "--base", metavar="REF", help="Only what differs from the declarations of that commit, branch or tag."
    ),
    click.option(
        "--only",
        metavar="CONTACT|FILE",
        shell_complete=_contacts_or_files,
        multiple=True,
        help="Only that contact, or what a file declares. Can be given several times.",
    ),
)


def scope_options(command: Command) -> Command:
    """Give a command the options that cut a plan down, as one ``scope`` argument."""

    @wraps(command)
    def with_scope(base: str | None, only: tuple[str, ...], **values: Any) -> Any:
        return command(scope=ScopeRequest(base, only), **values)

    for option in reversed(_SCOPE_OPTIONS):
        with_scope = option(with_scope)
    return with_scope


refresh_option = click.option(
    "--refresh",
    is_flag=True,
    help="Read all anew, also contacts and files that have not changed since a plan.",
)
"""For the commands that may take what earlier plans have read."""
