"""``reconcile timeline``: what starts and lapses in the days to come, from the declarations alone."""

import click

from reconcile.cli.options import Common, common_options
from reconcile.cli.plan_output import masked, privacy_option
from reconcile.errors import ExitCode
from reconcile.model.settings import Privacy
from reconcile.model.timeline import Timeline

FORMATS = ("text", "json")

FURTHEST = 36_525
"""A hundred years: whoever asks for more has mistyped."""


@click.command()
@common_options
@click.option(
    "--days",
    type=click.IntRange(1, FURTHEST),
    default=90,
    show_default=True,
    help="How many days to look ahead.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="The form."
)
@privacy_option
def timeline(common: Common, days: int, form: str, privacy: str | None) -> int:
    """Show what starts and lapses in the days to come, when, for whom.

    It goes by the declarations alone: nothing is asked of the account, and no credentials are needed.
    """
    from reconcile.cli import console
    from reconcile.cli.project import open_project
    from reconcile.plan.timeline import build_timeline as coming

    project = open_project(common)
    found = coming(project.load().declarations, project.scene(project.target.account or ""), days)
    console.print_result(
        render_timeline(found, form, Privacy(privacy) if privacy else None, project.settings.privacy)
    )
    return ExitCode.DONE


def render_timeline(found: Timeline, form: str, privacy: Privacy | None, configured: Privacy) -> str:
    """The timeline in a form, masked like a plan."""
    from reconcile.cli import console
    from reconcile.render.timeline import mask_timeline, timeline_json, timeline_text

    shown = mask_timeline(found) if masked(form, privacy, configured) else found
    if form == "json":
        return timeline_json(shown)
    return timeline_text(shown, colour=console.colour(), width=console.width())
