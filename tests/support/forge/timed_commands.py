"""The commands that can work as of another time, as the command line says; runners give it to them."""

from collections.abc import Iterator, Sequence

import click

from reconcile.cli.command_line import cli


def _timed(command: click.Command, *path: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _timed(inner, *path, name)
    elif any("--as-of" in option.opts for option in command.params):
        yield " ".join(path)


TIMED = tuple(sorted(_timed(cli)))
"""The words with which their calls begin."""


def is_timed(arguments: Sequence[str]) -> bool:
    """Whether the command that is called looks at the clock."""
    return " ".join(arguments[:2]) in TIMED or arguments[0] in TIMED


def with_time(as_of: str) -> str:
    """A line of shell that adds the time to the words of a call that takes it."""
    calls = "|".join(f'"{call} "*' for call in TIMED)
    return f'case "$1 $2 " in {calls}) set -- "$@" --as-of {as_of};; esac'
