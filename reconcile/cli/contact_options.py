"""The options that choose contacts of the live account: by role, tag and type."""

from collections.abc import Callable
from typing import Any

import click

from .completion import project_words

FURTHEST_DAYS = 36_525
"""Maximum number of days that a command looks ahead, a hundred years: whoever asks for more has mistyped."""

_SELECTORS = (
    click.option(
        "--role",
        "roles",
        metavar="ROLE",
        shell_complete=project_words.roles,
        multiple=True,
        help="Those that hold it; * for any text.",
    ),
    click.option(
        "--tag",
        "tags",
        metavar="TAG",
        shell_complete=project_words.tags,
        multiple=True,
        help="Those that have it; * for any text.",
    ),
    click.option("--type", "types", metavar="TYPE", multiple=True, help="Those of that type, such as user."),
)


def selector_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--role``, ``--tag`` and ``--type``, each of which can be given several times."""
    for option in reversed(_SELECTORS):
        command = option(command)
    return command
