"""``reconcile drift``: what differs from declarations that were applied before, and why."""

from pathlib import Path

import click

from reconcile.cli.formats import concise_option, format_option, privacy_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode
from reconcile.model.reports.drift import Drift
from reconcile.model.settings import Privacy


@click.command(
    cls=HelpfulCommand,
    examples=[
        ("reconcile drift", "say what differs from what was applied, and why"),
        ("reconcile drift --format json", "the same for a program"),
    ],
    exits={
        ExitCode.DONE: "nothing differs",
        ExitCode.CHANGES: "something differs",
    },
)
@common_options
@format_option(Drift, about=None)
@privacy_option
@concise_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as JSON.")
def drift(
    common: Common, *, form: str, privacy: Privacy | None, concise: bool | None, out: Path | None
) -> int:
    """Say what differs and why; exit with 2 when anything does.

    An item was started or ended by the clock, changed outside, left over from an interrupted run, or not
    applied yet. What is due by the clock alone, 'apply --due' applies.
    """
    from reconcile.documents.reports import drift_json
    from reconcile.services.files import write_file
    from reconcile.services.planning.project_plan import check_drift

    differences = check_drift(common.open_project(), common.console)
    if out is not None:
        write_file(out, drift_json(differences))
    show(common.console, differences, form, privacy, concise=concise)
    return ExitCode.CHANGES if differences.plan.pending else ExitCode.DONE
