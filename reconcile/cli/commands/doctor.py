"""``reconcile doctor``: look at how everything is set up, here or at the forge."""

import os

import click

from reconcile.cli.formats import format_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode, ForgeError, UsageError
from reconcile.model.ci.forge_settings import CheckState, DoctorReport
from reconcile.model.ci.settings import DoctorInPreview


@click.command(
    short_help="Look at how everything is set up, here or at the forge.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile doctor", "look at this machine, the project and the account"),
        ("reconcile doctor --offline", "the same, but ask the account nothing"),
        ("reconcile doctor --ci", "look at the settings of the repository at the forge"),
    ],
    exits={
        ExitCode.DONE: "nothing is missing",
        ExitCode.REFUSED: "something is missing",
    },
)
@shared_options("config", "target", "quiet", "verbose", "bars")
@click.option("--offline", is_flag=True, help="Do not ask the account.")
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
def doctor(
    common: Common, *, offline: bool, forge: bool, in_preview: bool, form: str, **given: str | None
) -> int:
    """Say what is in order and what is missing, with what to do about it, a line each.

    It looks at Python and the packages, configuration, declarations, Git, credentials, the account, its
    scopes, clock and roles. With --ci, at the settings of the forge instead, with a token from
    RECONCILE_DOCTOR_TOKEN, else GITHUB_TOKEN or RECONCILE_GITLAB_READ_TOKEN; what that may not read is
    unknown. CI_API_V4_URL names a GitLab. It changes nothing, and shows no secret.
    """
    if forge:
        return _of_forge(common, in_preview=in_preview, form=form, **given)
    if in_preview or any(given.values()):
        raise UsageError("--repository, --branch and --in-preview are about a forge: give --ci, too")
    from reconcile.services.doctor.installation import examine_installation

    report = examine_installation(common.choice, os.environ, common.console, offline=offline)
    show(common.console, report, form)
    return ExitCode.DONE if report.complete else ExitCode.REFUSED


def _of_forge(common: Common, *, in_preview: bool, form: str, **given: str | None) -> int:
    from reconcile.services.doctor.examination import DoctorRequest, examine_forge

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
