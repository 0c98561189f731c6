"""``reconcile history``: what was applied from this checkout, and whether the journals are whole."""

from typing import TYPE_CHECKING

import click

from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.clock import zoned_text
from reconcile.errors import ExitCode, UsageError
from reconcile.text import count

if TYPE_CHECKING:
    from reconcile.journal.journaled_run import JournaledRun


@click.command(
    cls=HelpfulCommand,
    examples=[
        ("reconcile history", "list the runs"),
        ("reconcile history --verify", "check that no journal was changed"),
    ],
    exits={
        ExitCode.REFUSED: "refused: a journal was changed or is missing, or nobody said yes",
    },
)
@shared_options("config", "target", "quiet")
@click.argument("run", required=False)
@click.option("--verify", is_flag=True, help="Only check that no journal was changed or is missing.")
@click.option("--retire", metavar="RUN", help="Let later runs remember nothing of this one.")
@click.option("--yes", is_flag=True, help="Retire without asking; needed where there is no terminal.")
def history(common: Common, *, run: str | None, verify: bool, retire: str | None, yes: bool) -> int:
    """List the runs of apply, or what one RUN did. Contacts are named by their ids alone.

    Retire a run whose machine had a wrong clock: it no longer counts as the last run.
    """
    from reconcile.journal.lineage import read_runs
    from reconcile.services.journals import retire_run, verify_journals
    from reconcile.services.project import find_run

    if sum((run is not None, verify, retire is not None)) > 1:
        raise UsageError("history shows one RUN, or checks with --verify, or retires with --retire: choose")
    if yes and retire is None:
        raise UsageError("--yes answers what --retire asks: name the run with --retire, too")
    project = common.open_project()
    zone = project.settings.policy.timezone
    if retire is not None:
        lines = [retire_run(project, retire, common.console, confirm=not yes)]
    elif run is not None:
        lines = _lines(find_run(project, run), zone)
    elif verify:
        lines = list(verify_journals(project))
    else:
        runs = [_line(run, zone) for run in read_runs(project.journals)]
        lines = runs or ["Nothing was applied from this checkout yet."]
    common.console.print_result("\n".join(lines))
    return ExitCode.DONE


def _line(run: "JournaledRun", timezone: str) -> str:
    begun = f"   {zoned_text(run.machine_time, timezone)}" if run.machine_time else ""
    outcomes = [line.outcome for line in run.outcomes]
    counts = ", ".join(f"{outcomes.count(kind)} {kind}" for kind in sorted(set(outcomes)))
    ended = "" if run.ended else "   cut off"
    retired = "   retired" if run.retired else ""
    accepted = "   losses acknowledged" if run.acknowledged and not run.unaccepted_losses else ""
    done = f"{counts or 'nothing written'}{_scope(run)}"
    return f"{run.name}{begun}   {run.account}   {done}{ended}{retired}{accepted}"


def _scope(run: "JournaledRun") -> str:
    """What the run was cut down to. The names that were given for it may be anybody's."""
    scope = run.begun.scope if run.begun else None
    if scope is None:
        return ""
    base = f" against {scope.base[:7]}" if scope.base else ""
    return f"   in a scope of {count(scope.declarations, 'declaration')}{base}"


def _lines(run: "JournaledRun", timezone: str) -> list[str]:
    head = [_line(run, timezone), f"plan {run.begun.plan if run.begun else 'unknown'}"]
    outcomes = [f"contact {line.contact or '(new)'}: {line.outcome}" for line in run.outcomes]
    lost = [f"contact {line.contact}: lost {', '.join(map(str, line.lost))}" for line in run.losses]
    return [*head, *outcomes, *lost]
