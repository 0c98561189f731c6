"""``reconcile demo``: the whole job against a sandbox of its own, from seed to "no changes"."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import click

from reconcile.cli.formats import concise_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode

DEMO_DAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""The demo's clock stands still, for the planner and the sandbox alike: it shows the same every day."""


@click.command(
    short_help="Run the whole job against a sandbox that is thrown away.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile demo", "plan, apply and plan again, in a practice shop"),
    ],
    exits={
        ExitCode.REFUSED: "refused: a guard stops what your own declarations ask for",
        ExitCode.PARTLY_APPLIED: "partly applied: some of your own declarations were set aside",
    },
)
@shared_options("config", "target", "declarations", "as_of", "quiet", "verbose", "bars")
@concise_option
def demo(common: Common, *, concise: bool | None) -> int:
    """Plan, apply and plan again against a fresh sandbox that is thrown away afterwards.

    Where nothing is declared, or what is declared is about an account, with a small project of its own.
    Nothing is left behind.
    """
    from reconcile.services.caller import ApplyOutput
    from reconcile.services.starting.demonstrating import demonstrate

    choice = replace(common.choice, as_of=common.choice.as_of or DEMO_DAY)
    show_text = partial(show, common.console, form="text", concise=concise)
    output = ApplyOutput(show_text, common.console.print_ending)
    demonstrate(choice, common.console, output)
    return ExitCode.DONE
