"""``reconcile validate``: check configuration and declarations, offline and without credentials."""

import click

from reconcile.cli.formats import format_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, common_options
from reconcile.errors import DeclarationError, ExitCode
from reconcile.model.problem import ProblemReport


@click.command(
    short_help="Check configuration and declarations, offline.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile validate", "check all files, offline"),
        ("reconcile validate --strict", "let warnings count as errors"),
    ],
    exits={
        ExitCode.DONE: "valid, perhaps with warnings",
    },
)
@format_option(ProblemReport)
@click.option("--strict", is_flag=True, help="Make every warning an error.")
@click.option("--account", is_flag=True, help="Also check roles against the account; needs credentials.")
@common_options
def validate(common: Common, *, form: str, strict: bool, account: bool) -> int:
    """Check the configuration and all declarations, without an account and without credentials.

    All problems are told at once. Without --target, the folders of all targets are checked. In a format other
    than text the problems are the result and go to standard output.
    """
    from reconcile.services.validating import validate_project

    explained = form == "sarif"  # the other forms show problems alone
    report = validate_project(
        common.choice, common.console, account=account, strict=strict, explained=explained
    )
    if form == "text":
        if report.failed:
            raise DeclarationError(report.problems)
        common.console.warn(report.problems)
    show(common.console, report, form)
    return ExitCode.INVALID if report.failed else ExitCode.DONE
