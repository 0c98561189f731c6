"""``reconcile revert``: a plan that undoes a run. It writes nothing by itself."""

from dataclasses import replace
from pathlib import Path

import click

from reconcile.cli.formats import format_option, render
from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode
from reconcile.model.plan import Plan


@click.command()
@common_options
@click.argument("run")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as JSON.")
@format_option(Plan)
def revert(common: Common, run: str, out: Path | None, form: str) -> int:
    """Plan what undoes RUN: review the plan, then carry it out with 'reconcile apply PLAN.json'."""
    from reconcile.cli import console
    from reconcile.cli.account import open_reader
    from reconcile.cli.project import open_project
    from reconcile.documents.plan import plan_json
    from reconcile.journal.history import run_history
    from reconcile.services.output_files import write_private
    from reconcile.services.planning import make_fresh_plan
    from reconcile.services.reverting import plan_revert

    from .history import find_run

    project = open_project(common)
    record = find_run(project, run)
    with console.progress(common) as progress, open_reader(project, common) as account:
        scene = project.scene(account.connection.account, record.run)
        undone = plan_revert(record, account, scene)
        past = run_history(project.state / "runs", scene.account)
        plan = make_fresh_plan(undone.declarations, account, scene, past=past, progress=progress).plan
    plan = replace(plan, notes=(*plan.notes, *undone.notes))
    if out is not None:
        write_private(out, plan_json(plan))
    console.print_result(render(plan, form, configured=project.settings.privacy))
    return ExitCode.DONE
