"""``reconcile apply``: plan, show, ask, apply, read back."""

from pathlib import Path

import click

from reconcile.cli.completion import project_words
from reconcile.cli.formats import concise_option, format_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Ceiling, Common, common_options, scope_options
from reconcile.errors import ExitCode, UsageError
from reconcile.model.plans.plan import Plan
from reconcile.services.caller import NO_SCOPE, ScopeRequest


@click.command(
    cls=HelpfulCommand,
    examples=[
        ("reconcile apply", "plan, show the plan, ask, apply"),
        ("reconcile apply plan.json", "apply what was reviewed, and nothing else"),
        ("reconcile apply --due --yes", "apply what the clock asks for, without asking"),
    ],
    exits={
        ExitCode.DONE: "applied, or nothing was to be done",
        ExitCode.REFUSED: "refused, nothing written: a guard, a stale plan, no approval",
        ExitCode.PARTLY_APPLIED: "partly: some contacts were set aside, not written or not confirmed",
    },
)
@common_options
@scope_options
@click.argument("approved", type=click.Path(path_type=Path), required=False, metavar="[PLAN.json]")
@click.option("--digest", help="The digest that PLAN.json must have.")
@click.option("--allow", type=Ceiling(), multiple=True, help="Lift a guard up to a ceiling, for this run.")
@click.option("--due", is_flag=True, help="Only what became due by the clock since the last apply.")
@click.option(
    "--acknowledge",
    metavar="RUN",
    shell_complete=project_words.runs,
    help="Only accept that contacts lost roles in RUN.",
)
@click.option("--yes", is_flag=True, help="Apply without asking; needed where there is no terminal.")
@format_option(Plan, local=True)
@concise_option
def apply(  # noqa: PLR0913 - an argument for each option
    common: Common,
    *,
    scope: ScopeRequest,
    approved: Path | None,
    digest: str | None,
    allow: tuple[tuple[str, int], ...],
    due: bool,
    acknowledge: str | None,
    yes: bool,
    form: str,
    concise: bool | None,
) -> int:
    """Plan, show the plan, ask, and apply it.

    With PLAN.json, a plan that was saved and approved, nothing is applied that is not in it. With --due,
    nothing but what starts or lapses by declarations that were applied before.

    After a run in which contacts lost roles that nobody asked to take, nothing is applied until that run is
    reverted, or acknowledged with --acknowledge, which applies nothing.
    """
    from reconcile.services.applying import apply_project
    from reconcile.services.caller import ApplyOutput, ApplyRequest

    _refuse_contradictions(approved, digest, acknowledge, due=due, allow=bool(allow))
    if scope != NO_SCOPE and (approved is not None or due or acknowledge is not None):
        raise UsageError("--base and --only cut a new plan down: not PLAN.json, --due or --acknowledge")
    if acknowledge is not None:
        return _acknowledge(common, acknowledge, confirm=not yes)
    console = common.console

    def show_plan(plan: Plan) -> None:
        if due and plan.empty and form == "text":
            console.print_result("\n".join(["Nothing is due by the clock alone.", *plan.notes]))
        else:
            show(console, plan, form, concise=concise)

    project = common.open_project()
    request = ApplyRequest(approved, digest, dict(allow), due, confirm=not yes, scope=scope)
    output = ApplyOutput(show_plan, console.note if form == "json" else console.print_ending)
    apply_project(project, request, console, output)
    return ExitCode.DONE


def _acknowledge(common: Common, run: str, *, confirm: bool) -> int:
    from reconcile.services.history.run_names import named_run
    from reconcile.services.journals import acknowledge_losses

    project = common.open_project()
    done = acknowledge_losses(project, named_run(project, run).name, common.console, confirm=confirm)
    common.console.print_ending(done)
    return ExitCode.DONE


def _refuse_contradictions(
    approved: Path | None, digest: str | None, acknowledge: str | None, *, due: bool, allow: bool
) -> None:
    if digest is not None and approved is None:
        raise UsageError("--digest pins PLAN.json: name the file, too")
    if due and approved is not None:
        raise UsageError("--due needs no PLAN.json: what is due was approved with the declarations")
    if acknowledge is not None and (approved is not None or due or allow):
        raise UsageError("--acknowledge applies nothing: give it no PLAN.json, --due or --allow")
