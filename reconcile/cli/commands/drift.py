"""``reconcile drift``: what differs from declarations that were applied before, and why."""

from pathlib import Path

import click

from reconcile.cli.formats import format_option, privacy_option, render
from reconcile.cli.options import Common, common_options
from reconcile.documents.drift import drift_from_document
from reconcile.errors import ExitCode, Refusal, UsageError
from reconcile.model.drift import Drift
from reconcile.model.settings import Privacy
from reconcile.services.output_files import write_private


@click.command()
@common_options
@format_option(Drift, about=None)
@privacy_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as JSON.")
def drift(common: Common, form: str, privacy: Privacy | None, out: Path | None) -> int:
    """Say what differs and why; exit with 2 when anything does.

    An item was started or ended by the clock, changed outside, left over from an interrupted run, or not
    applied yet. What is due by the clock alone, 'apply --due' applies.
    """
    from reconcile.apply.preflight import refuse_unplanned
    from reconcile.cli import console
    from reconcile.cli.account import open_reader
    from reconcile.cli.project import open_project
    from reconcile.documents.drift import drift_json
    from reconcile.journal.history import run_history
    from reconcile.plan.drift import explain_drift as judged
    from reconcile.services.planning import make_fresh_plan

    project = open_project(common)
    declarations = project.load().declarations
    with console.progress(common) as progress, open_reader(project, common) as account:
        scene = project.scene(account.connection.account)
        past = run_history(project.state / "runs", scene.account)
        plan = make_fresh_plan(
            declarations, account, scene, past=past, progress=progress, thorough=False
        ).plan
    if plan.empty or not plan.listed_whole:
        refuse_unplanned(plan)  # "no drift" would be said of what was not seen
    found = judged(plan, declarations, past.history)
    if out is not None:
        write_private(out, drift_json(found))
    console.print_result(render(found, form, privacy, project.settings.privacy))
    return ExitCode.DONE if plan.empty else ExitCode.CHANGES


def read_drift(path: Path) -> Drift:
    """The drift in a file that ``--out`` wrote; Refusal when it is none."""
    import json

    try:
        return drift_from_document(json.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise Refusal(f"{path}: this is not drift as 'reconcile drift --out' writes it") from None
