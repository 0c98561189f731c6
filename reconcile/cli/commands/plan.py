"""``reconcile plan``: show what would change."""

from functools import partial
from pathlib import Path

import click

from reconcile.cli.formats import concise_option, format_option, privacy_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, common_options, refresh_option, scope_options
from reconcile.errors import ExitCode
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import Privacy
from reconcile.services.caller import ScopeRequest


@click.command(
    cls=HelpfulCommand,
    examples=[
        ("reconcile plan", "what an apply would change"),
        ("reconcile plan --out plan.json", "keep the plan: 'reconcile apply plan.json'"),
        ("reconcile plan --base main", "only what differs from that branch"),
        ("reconcile plan --only bob@example.com", "one contact alone"),
    ],
    exits={
        ExitCode.DONE: "planned, with changes or without",
        ExitCode.CHANGES: "changes are pending (with --detailed-exitcode)",
        ExitCode.REFUSED: "an apply would refuse or leave somebody (with --check)",
    },
)
@common_options
@scope_options
@refresh_option
@format_option(Plan)
@privacy_option
@concise_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as JSON.")
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes, now or scheduled anew."
)
@click.option("--check", is_flag=True, help="Exit with 3 where 'apply' would refuse or leave somebody.")
def plan(  # noqa: PLR0913 - an argument for each option
    common: Common,
    *,
    scope: ScopeRequest,
    refresh: bool,
    form: str,
    privacy: Privacy | None,
    concise: bool | None,
    out: Path | None,
    detailed_exitcode: bool,
    check: bool,
) -> int:
    """Show what would change, without changing anything.

    With --base, only contacts are looked at whose declarations differ from those of that commit; with --only,
    only those that are named. With --check, the exit code is 3 where an apply would refuse the plan (a guard,
    the clock, the kill switch, a freeze, roles lost in an earlier run) or would leave a contact as it is; the
    reasons stand after the plan.
    """
    from reconcile.services.planning.kept_declarations import open_declarations
    from reconcile.services.planning.kept_readings import open_readings
    from reconcile.services.planning.project_plan import plan_project

    project, readings = common.open_project(), partial(open_readings, refresh=refresh)
    loads = open_declarations(project, refresh=refresh)
    planned = plan_project(project, common.console, scope, readings, loads)
    fresh = planned.plan
    if out is not None:
        from reconcile.documents.plan import plan_json
        from reconcile.services.files import write_file

        write_file(out, plan_json(fresh))
    show(common.console, fresh, form, privacy, concise=concise)
    if out is not None:
        common.say_how_to_apply(fresh, out)
    if check:
        planned.refuse()
    pending = fresh.pending or fresh.schedules or fresh.refusing
    return ExitCode.CHANGES if detailed_exitcode and pending else ExitCode.DONE
