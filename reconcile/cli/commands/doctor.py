"""``reconcile doctor``: look at how the forge is set up, for the pipeline."""

import os

import click

from reconcile.cli.formats import format_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode, ForgeError, UsageError
from reconcile.model.ci.forge_settings import CheckState, DoctorReport
from reconcile.model.ci.settings import DoctorInPreview


@click.command(
    short_help="Look at how the forge is set up, for the pipeline.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile doctor --ci", "look at the settings of the repository at the forge"),
    ],
    exits={
        ExitCode.DONE: "nothing is missing",
        ExitCode.REFUSED: "something is missing",
    },
)
@shared_options("config", "target", "quiet", "verbose", "bars")
@click.option(
    "--ci", "forge", is_flag=True, help="Look at the settings of the repository at GitHub or GitLab."
)
@click.option("--repository", metavar="OWNER/NAME", help="The repository, if not the job's own.")
@click.option("--branch", metavar="NAME", help="The branch that is applied, if not the default one.")
@click.option(
    "--in-preview",
    is_flag=True,
    help="As a step of the preview: say only what is missing; refuse only with 'ci: {doctor: refuse}'.",
)
@format_option(DoctorReport)
def doctor(common: Common, *, forge: bool, in_preview: bool, form: str, **given: str | None) -> int:
    """Say what is missing in the settings of the forge, what that costs, and what to do.

    It reads settings and names of secrets, never their values, and changes nothing. The token is taken from
    RECONCILE_DOCTOR_TOKEN, else from GITHUB_TOKEN or RECONCILE_GITLAB_READ_TOKEN; what that may not read is
    unknown. CI_API_V4_URL names a GitLab. Exit codes: 0 when nothing is missing, else 3.
    """
    from reconcile.services.doctor.examination import DoctorRequest, examine_forge

    if not forge:
        raise UsageError("give --ci: it is the pipeline's set-up that this command looks at")
    project = common.open_project()
    warns = in_preview and project.settings.ci.doctor is DoctorInPreview.WARN
    request = DoctorRequest(**given, in_preview=in_preview)
    try:
        report = examine_forge(project, request, os.environ, common.console)
    except ForgeError as error:
        if not warns:
            raise
        common.console.note(f"Nobody has looked at how the forge is set up: {error}")
        return ExitCode.DONE
    if not (in_preview and report.complete):
        show(common.console, report, form)
    names = ", ".join(result.name for result in report.in_state(CheckState.MISSING))
    if in_preview and names:
        common.console.note(f"The forge is not set up as the pipeline relies on it: {names}")
    return ExitCode.DONE if report.complete or warns else ExitCode.REFUSED
