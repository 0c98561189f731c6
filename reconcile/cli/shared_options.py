"""The options that commands share: what each is called and what help says of it.

They may stand before a command, where they are only handed on: the group of all commands needs no more of
them than this, and ``--help`` stays quick. What they say to a command is read in `options`.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from .help import SharedOption

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Command = Callable[..., Any]

TARGET_VARIABLE = "RECONCILE_TARGET"
"""Names the target wherever ``--target`` does not."""


def _targets(context: click.Context, parameter: click.Parameter, typed: str) -> "list[CompletionItem]":
    from .completion import project_words

    return project_words.targets(context, parameter, typed)


SHARED: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "config": (
        ("--config",),
        {
            "metavar": "FILE",
            "help": "The configuration file.  [default: reconcile.yaml here or in the nearest folder above]",
        },
    ),
    "target": (
        ("--target",),
        {
            "metavar": "NAME",
            "shell_complete": _targets,
            "help": f"One of the targets of the configuration.  [env var: {TARGET_VARIABLE}]",
        },
    ),
    "declarations": (
        ("--declarations",),
        {
            "metavar": "DIR",
            "help": "Take the contacts folder from this checkout instead of from beside the configuration.",
        },
    ),
    "as_of": (
        ("--as-of",),
        {"metavar": "TIME", "help": "Work as of that day (its start) or time instead of now."},
    ),
    "quiet": (("-q", "--quiet"), {"is_flag": True, "help": "Say only results and errors."}),
    "verbose": (
        ("-v", "--verbose"),
        {"is_flag": True, "help": "Say each request to the account, and show long plans whole."},
    ),
    "bars": (
        ("bars", "--no-progress"),
        {"flag_value": False, "default": True, "help": "Show no progress bar."},
    ),
}
"""The options that commands share, by the names of their values."""


def options_before_commands(group: Command) -> Command:
    """Let the shared options stand before a group's commands; a command reads them as it reads its own."""

    @wraps(group)
    def without_options(**_handed_on: Any) -> Any:
        return group()

    for declarations, settings in reversed(SHARED.values()):
        without_options = click.option(*declarations, cls=SharedOption, **settings)(without_options)
    return without_options
