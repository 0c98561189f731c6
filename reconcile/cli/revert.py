"""``reconcile revert``: a plan that undoes a run. It writes nothing by itself."""

from dataclasses import replace
from pathlib import Path

import click

from reconcile.errors import ExitCode

from .options import Common, common_options
from .show import format_option, render


@click.command()
@common_options
@click.argument("run")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as JSON.")
@format_option
def revert(common: Common, run: str, out: Path | None, form: str) -> int:
    """Plan what undoes RUN: review the plan, then carry it out with 'reconcile apply PLAN.json'."""
    from reconcile.apply import fresh_plan, past_runs, undoing
    from reconcile.render import as_json

    from . import say
    from .account import reading
    from .files import write_private
    from .history import find_run
    from .project import open_project

    project = open_project(common)
    record = find_run(project, run)
    with say.progress(common) as progress, reading(project, common) as account:
        scene = project.scene(account.connection.account, record.run)
        undone = undoing(record, account, scene)
        past = past_runs(project.state / "runs", scene.account)
        plan = fresh_plan(undone.declarations, account, scene, past=past, progress=progress).plan
    plan = replace(plan, notes=(*plan.notes, *undone.notes))
    if out is not None:
        write_private(out, as_json(plan))
    say.result(render(plan, form, configured=project.settings.privacy))
    return ExitCode.DONE
