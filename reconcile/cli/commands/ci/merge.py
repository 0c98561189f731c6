"""What jobs of a merge do on the main branch: preview what was merged, and apply that preview."""

import os
from pathlib import Path

import click

from reconcile.cli.formats import show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode
from reconcile.model.plans.plan import Plan

from .group import add_to_summary, branch_option, main_job, outputs_option, set_outputs, this_job


@click.command(
    short_help="Plan afresh what was merged, for those who let it be applied.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile ci preview --target shop --out preview", "on the main branch"),
        ("reconcile ci preview --whole --out preview", "the run by hand"),
    ],
    exits={
        ExitCode.REFUSED: "refused: it is more than was approved, or a guard stops it",
    },
)
@shared_options("config", "target", "as_of", "quiet", "verbose", "bars")
@branch_option
@outputs_option
@click.option("--whole", is_flag=True, help="The whole account, by its own preview alone: the run by hand.")
@click.option(
    "--acknowledge", metavar="RUN", default="", help="Only accept what contacts lost in RUN; empty: nothing."
)
@click.option(
    "--retire", metavar="RUN", default="", help="Only let later runs remember nothing of RUN; empty: nothing."
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where to leave it all."
)
def preview(  # noqa: PLR0913 - an argument for each option
    common: Common, *, branch: str | None, whole: bool, acknowledge: str, retire: str, out: Path
) -> int:
    """Plan the tip of the main branch afresh; nothing is written.

    It is compared with the last complete run, and must fit in the plans that were seen in the pull requests
    merged since. If the commit is not the tip, there is nothing to do: the tip's own run does the work. With
    --whole everything is planned, and the preview itself is the ceiling. With --acknowledge or --retire
    nothing is planned: the preview shows what is accepted of an earlier run. All three are for the run by
    hand.

    DIR gets preview.json and approval.json, signed with RECONCILE_JOURNAL_KEY, for 'ci apply'; preview.html,
    section.json and report.json are masked. Outputs: 'preview' is true when there is one to apply, 'changes'
    when it writes something or schedules what was not scheduled before.
    """
    from reconcile.model.ci.section import PreviewState
    from reconcile.services.pipeline.bundles import journal_keys
    from reconcile.services.pipeline.merges.preview_job import PreviewJob
    from reconcile.services.pipeline.section import SECTION_FILE, read_sections

    environment = this_job()
    job = main_job(environment, branch)
    project = common.open_project()
    keys = journal_keys(os.environ, project.target)
    work = PreviewJob(project, common.console, job, out, keys, environment.blob)
    set_outputs(preview="false", changes="false")
    try:
        accepts = acknowledge.strip() or retire.strip()
        made = work.accept(acknowledge, retire) if accepts else work.run(whole=whole)
    finally:
        for section in read_sections([out / SECTION_FILE]):
            add_to_summary(section.text)
    for note in made.notes:
        add_to_summary(f"\n> {note}")
    applicable = made.state in (PreviewState.READY, PreviewState.EMPTY)
    changes = made.state is PreviewState.READY
    set_outputs(preview=str(applicable).lower(), changes=str(changes).lower())
    return ExitCode.DONE


@click.command(
    "apply",
    short_help="Apply the preview that this run has made, and nothing else.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile ci apply --target shop preview", "what 'ci preview' has left there"),
    ],
    exits={
        ExitCode.REFUSED: "refused, nothing written",
        ExitCode.PARTLY_APPLIED: "partly applied",
    },
)
@shared_options("config", "target", "as_of", "quiet", "verbose", "bars")
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
    from reconcile.services.pipeline.result import refusal_left

    console = common.console

    def show_plan(plan: Plan) -> None:
        show(console, plan, "text", concise=True)

    job = main_job(this_job(), branch)
    output = ApplyOutput(show_plan, console.print_ending)
    project = common.open_project()
    kept = applying.PreviewFolder(folder, journal_keys(os.environ, project.target).verifying)
    with refusal_left(folder, project):
        left = applying.apply_preview(project, console, output, job, kept)
    if left is not None:
        console.note(f"Nothing is done here: {left}.")
    return ExitCode.DONE
