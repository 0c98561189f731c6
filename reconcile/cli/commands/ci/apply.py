"""``reconcile ci apply``: carry the preview of the same run out."""

import os
from pathlib import Path

import click

from reconcile.cli.formats import show
from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode
from reconcile.model.plans.plan import Plan

from .group import branch_option, main_job, this_job


@click.command("apply", short_help="Apply the preview that this run has made, and nothing else.")
@common_options
@branch_option
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
def apply_preview(common: Common, *, branch: str | None, folder: Path) -> int:
    """Apply the preview that an earlier job of this very run has left in DIR, and nothing else.

    It must be signed for this run, commit and target. If the commit is no longer the tip of the branch,
    nothing is written: the tip's own run does the work. A preview of nothing writes nothing, whatever the
    credential may do, and notes that all is as declared.
    """
    from reconcile.services.caller import ApplyOutput
    from reconcile.services.pipeline.bundles import journal_keys
    from reconcile.services.pipeline.merges import applying

    console = common.console

    def show_plan(plan: Plan) -> None:
        show(console, plan, "text", concise=True)

    job = main_job(this_job(), branch)
    output = ApplyOutput(show_plan, console.print_ending)
    project = common.open_project()
    kept = applying.PreviewFolder(folder, journal_keys(os.environ, project.target).verifying)
    left = applying.apply_preview(project, console, output, job, kept)
    if left is not None:
        console.note(f"Nothing is done here: {left}.")
    return ExitCode.DONE
