"""``reconcile plan``: show what would change."""

import os
from pathlib import Path

import click

from reconcile.errors import ExitCode

from .options import Common, common_options


@click.command()
@common_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as JSON.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
def plan(common: Common, form: str, out: Path | None, detailed_exitcode: bool) -> int:  # noqa: FBT001
    """Show what would change, without changing anything."""
    from reconcile.apply import fresh_plan, past_runs
    from reconcile.render import as_json

    from . import say
    from .account import reading
    from .project import open_project
    from .show import render

    project = open_project(common)
    loaded = project.load()
    with say.progress(common) as progress, reading(project, common) as account:
        scene = project.scene(account.connection.account)
        past = past_runs(project.state / "runs", scene.account)
        found = fresh_plan(loaded.declarations, account, scene, past=past, progress=progress).plan
    if out is not None:
        write_private(out, as_json(found))
    say.result(render(found, form))
    return ExitCode.CHANGES if detailed_exitcode and not found.empty else ExitCode.DONE


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read: a plan names people. Written beside and moved into place."""
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)
