"""``reconcile show``: a saved plan in any format; and the one place where commands render plans."""

from pathlib import Path

import click

from reconcile.cli.plan_output import concise_option, format_option, privacy_option, render
from reconcile.errors import ExitCode
from reconcile.model.settings import Privacy


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="PLAN.json")
@format_option
@privacy_option
@concise_option
def show(file: Path, form: str, privacy: str | None, *, concise: bool) -> int:
    """Show a saved plan. Whether it still fits the account is for 'apply' to say."""
    from reconcile.cli import console
    from reconcile.plan.approval import invalid_approval
    from reconcile.services.plan_files import read_plan_file

    plan = read_plan_file(file)
    if invalid_approval(plan):
        click.echo(
            f"{file}: its content does not have the digest it names: it was masked or changed", err=True
        )
    console.print_result(render(plan, form, Privacy(privacy) if privacy else None, concise=concise))
    return ExitCode.DONE
