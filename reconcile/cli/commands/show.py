"""``reconcile show``: a saved plan in any format."""

from pathlib import Path

import click

from reconcile.cli.formats import concise_option, format_option, privacy_option
from reconcile.cli.help import HelpfulCommand
from reconcile.errors import ExitCode
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import Privacy


@click.command(
    cls=HelpfulCommand,
    examples=[
        ("reconcile show plan.json", "a saved plan as text"),
        ("reconcile show plan.json --format html > plan.html", "as a page"),
    ],
)
@click.argument("file", type=click.Path(path_type=Path), metavar="PLAN.json")
@format_option(Plan)
@privacy_option
@concise_option
def show(file: Path, form: str, privacy: Privacy | None, *, concise: bool | None) -> int:
    """Show a saved plan. Whether it still fits the account is for 'apply' to say."""
    from reconcile.cli import formats
    from reconcile.cli.console import Terminal
    from reconcile.cli.output import print_error
    from reconcile.plan.approval import has_own_digest
    from reconcile.services.files import read_plan_file

    plan = read_plan_file(file)
    if not has_own_digest(plan):
        print_error(f"{file}: its content does not have the digest it names: it was masked or changed")
    formats.show(Terminal(), plan, form, privacy, concise=concise)
    return ExitCode.DONE
