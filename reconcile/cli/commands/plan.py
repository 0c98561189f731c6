"""``reconcile plan``: show what would change."""

from pathlib import Path

import click

from reconcile.cli.formats import concise_option, format_option, privacy_option, render
from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode
from reconcile.model.plan import Plan
from reconcile.model.settings import Privacy


@click.command()
@common_options
@format_option(Plan)
@privacy_option
@concise_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as JSON.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
def plan(  # noqa: PLR0913 - an argument for each option
    common: Common,
    *,
    form: str,
    privacy: Privacy | None,
    concise: bool,
    out: Path | None,
    detailed_exitcode: bool,
) -> int:
    """Show what would change, without changing anything."""
    from reconcile.cli import console
    from reconcile.cli.account import open_reader
    from reconcile.cli.project import open_project
    from reconcile.documents.plan import plan_json
    from reconcile.journal.history import run_history
    from reconcile.services.output_files import write_private
    from reconcile.services.planning import make_fresh_plan

    project = open_project(common)
    loaded = project.load()
    console.print_warnings(loaded, common)
    with console.progress(common) as progress, open_reader(project, common) as account:
        scene = project.scene(account.connection.account)
        past = run_history(project.state / "runs", scene.account)
        found = make_fresh_plan(loaded.declarations, account, scene, past=past, progress=progress).plan
    if out is not None:
        write_private(out, plan_json(found))
    console.print_result(render(found, form, privacy, project.settings.privacy, concise=concise))
    pending = not found.empty or found.refused
    return ExitCode.CHANGES if detailed_exitcode and pending else ExitCode.DONE
