"""``reconcile timeline``: what starts and lapses in the days to come, from the declarations alone."""

import click

from reconcile.cli.contact_options import FURTHEST_DAYS
from reconcile.cli.formats import format_option, privacy_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode
from reconcile.model.reports.timeline import Timeline
from reconcile.model.settings import Privacy


@click.command(
    short_help="Show what starts and lapses in the days to come.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile timeline", "the next 90 days"),
        ("reconcile timeline --days 14", "what comes within two weeks"),
    ],
)
@shared_options("config", "target", "declarations", "as_of", "quiet")
@click.option(
    "--days",
    type=click.IntRange(1, FURTHEST_DAYS),
    default=90,
    show_default=True,
    help="How many days to look ahead.",
)
@format_option(Timeline)
@privacy_option
def timeline(common: Common, days: int, form: str, privacy: Privacy | None) -> int:
    """Show what starts and lapses in the days to come, when, for whom.

    It goes by the declarations alone: nothing is asked of the account, and no credentials are needed.
    """
    from reconcile.plan.schedule.timeline import build_timeline

    project = common.open_project()
    context = project.plan_context(project.target.account or "", project.capabilities())
    show(common.console, build_timeline(project.load().declarations, context, days), form, privacy)
    return ExitCode.DONE
