"""``reconcile plan``: show what would change."""

from pathlib import Path

import click

from reconcile.errors import ExitCode
from reconcile.model import Privacy

from .options import Common, common_options
from .show import concise_option, format_option, privacy_option, render


@click.command()
@common_options
@format_option
@privacy_option
@concise_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as JSON.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
def plan(  # noqa: PLR0913 - an argument for each option
    common: Common,
    *,
    form: str,
    privacy: str | None,
    concise: bool,
    out: Path | None,
    detailed_exitcode: bool,
) -> int:
    """Show what would change, without changing anything."""
    from reconcile.apply import fresh_plan, past_runs
    from reconcile.render import as_json

    from . import say
    from .account import reading
    from .files import write_private
    from .project import open_project

    project = open_project(common)
    loaded = project.load()
    say.warnings(loaded, common)
    with say.progress(common) as progress, reading(project, common) as account:
        scene = project.scene(account.connection.account)
        past = past_runs(project.state / "runs", scene.account)
        found = fresh_plan(loaded.declarations, account, scene, past=past, progress=progress).plan
    if out is not None:
        write_private(out, as_json(found))
    asked = Privacy(privacy) if privacy else None
    say.result(render(found, form, asked, project.settings.privacy, concise=concise))
    pending = not found.empty or found.refused
    return ExitCode.CHANGES if detailed_exitcode and pending else ExitCode.DONE
