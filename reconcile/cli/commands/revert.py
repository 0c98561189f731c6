"""``reconcile revert``: a plan that undoes a run. It writes nothing by itself."""

from pathlib import Path

import click

from reconcile.cli.completion import project_words
from reconcile.cli.formats import concise_option, format_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode
from reconcile.model.plans.plan import Plan


@click.command(
    short_help="Plan what undoes a run of apply.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile revert last --out undo.json", "then 'reconcile apply undo.json'"),
    ],
    exits={
        ExitCode.DONE: "planned: nothing is written by this command",
        ExitCode.REFUSED: "refused: the run was for another account",
    },
)
@shared_options("config", "target", "as_of", "quiet", "verbose", "bars")
@click.argument("run", shell_complete=project_words.runs)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as JSON.")
@format_option(Plan)
@concise_option
def revert(common: Common, run: str, *, out: Path | None, form: str, concise: bool | None) -> int:
    """Plan what undoes RUN: review the plan, then carry it out with 'reconcile apply PLAN.json'.

    RUN is 'last', or a run's name as 'reconcile history' has it, in full or in part.
    """
    from reconcile.documents.plan import plan_json
    from reconcile.services.files import write_file
    from reconcile.services.history.run_names import named_run
    from reconcile.services.reverting.revert_plan import plan_revert

    project = common.open_project()
    plan = plan_revert(project, named_run(project, run).name, common.console)
    if out is not None:
        write_file(out, plan_json(plan))
    show(common.console, plan, form, concise=concise)
    if out is not None:
        common.say_how_to_apply(plan, out)
    return ExitCode.DONE
