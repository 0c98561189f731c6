"""The options that commands share."""

import re
from collections.abc import Callable
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

if TYPE_CHECKING:
    from reconcile.services.project import Project


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


@dataclass(frozen=True, slots=True)
class Common:
    """What the shared options say: which project, as of when, and how much is printed."""

    choice: ProjectChoice
    console: Terminal

    def open_project(self) -> "Project":
        """The project, its configuration read and its target chosen."""
        from reconcile.services.project import open_project

        return open_project(self.choice, self.console)


_OPTIONS = (
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="The configuration file.  [default: reconcile.yaml here or in the nearest folder above]",
    ),
    click.option(
        "--declarations",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Take the contacts folder from this checkout instead of from beside the configuration.",
    ),
    click.option("--target", metavar="NAME", help="One of the targets of the configuration."),
    click.option("--as-of", type=Instant(), help="Work as of that day (its start) or time instead of now."),
    click.option("--quiet", is_flag=True, help="Say only results and errors."),
    click.option(
        "--verbose", is_flag=True, help="Say each request to the account, and show long plans whole."
    ),
    click.option("--no-progress", "bars", flag_value=False, default=True, help="Show no progress bar."),
)


def common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the shared options, as one ``common`` argument."""

    @wraps(command)
    def with_common(**values: Any) -> Any:
        choice = {name: values.pop(name) for name in ("declarations", "target", "as_of")}
        if choice["as_of"] is not None and not isinstance(choice["as_of"], datetime):
            choice |= {"as_of": None, "as_of_day": choice["as_of"]}
        printed = {name: values.pop(name) for name in ("quiet", "verbose", "bars")}
        if printed["quiet"] and printed["verbose"]:
            raise UsageError("--quiet and --verbose do not go together: choose one")
        console = Terminal(**printed)
        found = _configuration(values.pop("config"), console)
        searched = ProjectChoice(found.path, **choice, clock=machine_time, searched=found.searched)
        return command(common=Common(searched, console), **values)

    for option in reversed(_OPTIONS):
        with_common = option(with_common)
    return with_common


def _configuration(named: Path | None, console: Terminal) -> FoundConfiguration:
    """The configuration that was named, else the one that is found; said where that lies above."""
    if named is not None:
        return FoundConfiguration(named)
    found = find_configuration()
    if found.above:
        console.note(f"Configuration: {found.path}")
    return found


_SCOPE_OPTIONS = (
    click.option(
        "--base", metavar="REF", help="Only what differs from the declarations of that commit, branch or tag."
    ),
    click.option(
        "--only",
        metavar="CONTACT|FILE",
        multiple=True,
        help="Only that contact, or what a file declares. Can be given several times.",
    ),
)


def scope_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that cut a plan down, as one ``scope`` argument."""

    @wraps(command)
    def with_scope(base: str | None, only: tuple[str, ...], **values: Any) -> Any:
        return command(scope=ScopeRequest(base, only), **values)

    for option in reversed(_SCOPE_OPTIONS):
        with_scope = option(with_scope)
    return with_scope
