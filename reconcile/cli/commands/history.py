"""``reconcile history``: what was applied from this checkout, and whether the journals are whole."""

from typing import TYPE_CHECKING

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode

if TYPE_CHECKING:
    from reconcile.journal.journaled_run import JournaledRun


@click.command()
@common_options
@click.argument("run", required=False)
@click.option("--verify", is_flag=True, help="Only check that no journal was changed or is missing.")
def history(common: Common, run: str | None, verify: bool) -> int:  # noqa: FBT001
    """List the runs of apply, or what one RUN did. Contacts are named by their ids alone."""
    from reconcile.journal.journaled_run import read_runs
    from reconcile.services.project import find_run, verify_journals

    project = common.open_project()
    if run is not None:
        lines = _lines(find_run(project, run))
    elif verify:
        lines = list(verify_journals(project))
    else:
        runs = map(_line, read_runs(project.journals))
        lines = list(runs) or ["Nothing was applied from this checkout yet."]
    common.console.print_result("\n".join(lines))
    return ExitCode.DONE


def _line(run: "JournaledRun") -> str:
    outcomes = [line.outcome for line in run.outcomes]
    counts = ", ".join(f"{outcomes.count(kind)} {kind}" for kind in sorted(set(outcomes)))
    ended = "" if run.ended else "   cut off"
    return f"{run.name}   {run.account}   {counts or 'nothing written'}{ended}"


def _lines(run: "JournaledRun") -> list[str]:
    head = [_line(run), f"plan {run.begun.plan if run.begun else 'unknown'}"]
    return head + [f"contact {line.contact or '(new)'}: {line.outcome}" for line in run.outcomes]
