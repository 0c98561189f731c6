"""How a command presents itself: its own options first, then the common ones, examples and exit codes.

What help shows is kept as data beside each command, so that the reference of commands is made of the same.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from reconcile.errors import ExitCode, UsageError

from .commands.table import ImportedCommands

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

EVERY_COMMAND = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: "failed: the API, the network, a credential, anything unexpected",
    ExitCode.USAGE: "wrong call",
}
"""What every command can exit with."""

WITH_A_CONFIGURATION = {ExitCode.INVALID: "the declarations or the configuration are invalid"}
"""What those can exit with that read a configuration."""

WIDEST_EXAMPLE = 46
"""Maximum width of a call that has what it is for beside it on 80 columns."""

Examples = Sequence[tuple[str, str]]
"""Calls to copy, each with what it is for, in a few words."""


HELP_NAMES = ("-h", "--help")
"""The option that shows help; Click keeps the one that it made first, so it must not depend on the call."""


class SharedOption(click.Option):
    """An option that means the same on every command that has it; help shows it below a command's own."""


class HelpfulCommand(click.Command):
    """A command with examples, and what its exit codes mean where that is more than they mean everywhere."""

    def __init__(
        self,
        *given: Any,
        examples: Examples = (),
        exits: Mapping[ExitCode, str] | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(*given, **settings)
        self.examples = tuple(examples)
        self._exits = exits or {}

    def get_help_option_names(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's
        """Both names, whether the command is called by way of its group or alone."""
        return list(HELP_NAMES)

    @property
    def exit_codes(self) -> dict[ExitCode, str]:
        """Each code that the command can give, in order, with what it means here."""
        configured = any(option.name == "config" for option in shared_options_of(self))
        codes = EVERY_COMMAND | (WITH_A_CONFIGURATION if configured else {}) | dict(self._exits)
        return dict(sorted(codes.items()))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options, then those that it shares with others."""
        _write_options(self, ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - Click's
        """Write the examples and the exit codes."""
        _write_section(formatter, "Examples", self.examples, WIDEST_EXAMPLE)
        codes = ((str(int(code)), meaning) for code, meaning in self.exit_codes.items())
        _write_section(formatter, "Exit codes", codes)


class CommandGroup(click.Group):
    """A group whose common options may stand before the command, too.

    They are handed to the command before its own words, so that what stands after it wins. ``sections`` are
    the titles under which help lists the commands, by name; without them they stand under one.
    """

    def __init__(
        self, *given: Any, sections: Mapping[str, Collection[str]] | None = None, **settings: Any
    ) -> None:
        super().__init__(*given, **settings)
        self.sections = sections or {}

    def get_help_option_names(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's
        """Both names, whether the command is called by way of its group or alone."""
        return list(HELP_NAMES)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called, and its words, with the options that stood before it."""
        name, command, words = super().resolve_command(ctx, args)
        return name, command, [*_handed_on(self, ctx, command), *words]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, then the options, without those that none of the commands has."""
        self.format_commands(ctx, formatter)
        _write_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands section by section."""
        named = {name for names in self.sections.values() for name in names}
        others = [name for name in self.list_commands(ctx) if name not in named]
        longest = max(map(len, self.commands), default=0)
        sentences = self._sentences(formatter.width - 6 - longest)
        for title, names in {**self.sections, "Commands": others}.items():
            there = [(name.ljust(longest), sentences[name]) for name in names if name in sentences]
            _write_section(formatter, title, there)

    def _sentences(self, limit: int = 80) -> Mapping[str, str]:
        """What is said of each command in a list."""
        if isinstance(self.commands, ImportedCommands):
            return self.commands.sentences
        return {name: command.get_short_help_str(limit) for name, command in self.commands.items()}

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list["CompletionItem"]:
        """The names of commands that begin like this, and what completes any command."""
        from click.shell_completion import CompletionItem

        sentences = self._sentences()
        items = [
            CompletionItem(name, help=sentences[name])
            for name in self.list_commands(ctx)
            if name.startswith(incomplete)
        ]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]


def shared_options_of(command: click.Command) -> Iterator[SharedOption]:
    """The options that a command shares with others; of a group those that its commands have.

    Where commands are imported one by one, some of them have each: a test holds that.
    """
    if not isinstance(command, click.Group) or isinstance(command.commands, ImportedCommands):
        yield from (option for option in command.params if isinstance(option, SharedOption))
        return
    known = {option.name for inner in command.commands.values() for option in shared_options_of(inner)}
    yield from (
        option for option in command.params if isinstance(option, SharedOption) and option.name in known
    )


def own_options_of(command: click.Command) -> Iterator[click.Parameter]:
    """The arguments and options that mean something on this command alone."""
    yield from (option for option in command.params if not isinstance(option, SharedOption))


def _write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    helping = command.get_help_option(ctx)
    common = [*shared_options_of(command), *([helping] if helping else [])]
    _write_section(formatter, "Options", _records(own_options_of(command), ctx))
    _write_section(formatter, "Common options", _records(common, ctx))


def _records(options: Iterable[click.Parameter], ctx: click.Context) -> Iterator[tuple[str, str]]:
    """What help says of each; an argument that says nothing stands in the usage alone."""
    records = (record for option in options if (record := option.get_help_record(ctx)))
    yield from (record for record in records if record[0].startswith("-") or record[1])


WIDEST = 30
"""Maximum width of the first column, in which longer texts have lines of their own."""


def _write_section(
    formatter: click.HelpFormatter, title: str, rows: Iterable[tuple[str, str]], widest: int = WIDEST
) -> None:
    if rows := list(rows):
        with formatter.section(title):
            formatter.write_dl(rows, col_max=widest)


AMOUNT_PRINTED = {"quiet", "verbose", "bars"}
"""Shared options that only say how much is printed: before a command without them, they do no harm."""


def _handed_on(group: click.Group, ctx: click.Context, command: click.Command | None) -> Iterator[str]:
    """The shared options that stood before a command, as words for it.

    UsageError: one chooses what a command works on, and this command does not have it.
    """
    for option in filter(lambda option: _was_given(option, ctx), group.params):
        spelling = option.opts[-1]
        if command is None or any(spelling in known.opts for known in command.params):
            yield (
                spelling
                if getattr(option, "is_flag", False)
                else f"{spelling}={ctx.params[option.name or '']}"
            )
        elif option.name not in AMOUNT_PRINTED and not ctx.resilient_parsing:
            path = f"{ctx.command_path} {command.name}"
            raise UsageError(f"'{path}' has no {spelling}, so it would change nothing: leave it out")


def _was_given(option: click.Parameter, ctx: click.Context) -> bool:
    given = ctx.get_parameter_source(option.name or "")
    return isinstance(option, SharedOption) and given is click.core.ParameterSource.COMMANDLINE
