"""``reconcile apply``: plan, show, ask, apply, read back."""

import sys
from typing import TYPE_CHECKING

import click

from reconcile.errors import ExitCode, PartlyApplied, Refusal

from .options import Common, common_options

if TYPE_CHECKING:
    from reconcile.apply import Report
    from reconcile.evance import Writer
    from reconcile.model import Declaration, Plan

    from .project import Project


@click.command()
@common_options
@click.option("--yes", is_flag=True, help="Apply without asking; needed where there is no terminal.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def apply(common: Common, yes: bool, form: str) -> int:  # noqa: FBT001
    """Plan, show the plan, ask, and apply it."""
    from reconcile.apply import fresh_plan

    from . import say
    from .account import writing
    from .project import open_project
    from .show import render

    project = open_project(common)
    declarations = project.load().declarations
    with writing(project) as account:
        with say.progress(common) as progress:
            plan = fresh_plan(declarations, account, project.scene(account.connection.account), progress)
        say.result(render(plan, form))
        if plan.empty:
            return ExitCode.DONE
        refuse_guarded(plan)
        if not yes:
            ask()
        report = carry(plan, declarations, account, project, common)
    return conclude(report, common)


def refuse_guarded(plan: "Plan") -> None:
    """Raise Refusal when a guard tripped."""
    if plan.refused:
        reasons = "\n".join(f"guard {verdict.guard}: {verdict.message}" for verdict in plan.refused)
        raise Refusal(
            f"{reasons}\nrefused: nothing was written; change the declarations or the guard's limit"
        )


def ask() -> None:
    """Ask before the first write; raise Refusal unless a person at a terminal says ``yes``."""
    if not sys.stdin.isatty():
        raise Refusal(
            "refused: nothing was written; there is no terminal to ask at, so call apply with --yes"
        )
    answer = click.prompt(
        "Apply this plan? Only 'yes' is taken as approval", default="", show_default=False, err=True
    )
    if answer.strip() != "yes":
        raise Refusal("not approved: nothing was written")


def carry(
    plan: "Plan",
    declarations: tuple["Declaration", ...],
    account: "Writer",
    project: "Project",
    common: Common,
) -> "Report":
    """Carry out an approved plan."""
    from threading import Event

    from reconcile.apply import Run, carry_out

    from . import say

    by_place = {entry.place: entry for entry in declarations}
    scene = project.scene(account.connection.account)
    run = Run(account, scene, by_place, project.target.concurrency, Event())
    with say.progress(common) as progress:
        return carry_out(plan, run, lambda done, total: progress("Applying", done, total))


def conclude(report: "Report", common: Common) -> int:
    """Say how it ended; raise PartlyApplied with every contact that is not as declared."""
    from reconcile.apply import Outcome

    from . import say

    written = report.count(Outcome.APPLIED)
    say.result(f"Applied: {written} {'contact' if written == 1 else 'contacts'} written and read back.")
    if report.complete:
        return ExitCode.DONE
    unsettled = [result for result in report.results if not result.settled]
    lines = [f"{result.change.label}: {result.outcome}: {result.detail}" for result in unsettled]
    lines += [
        f"still open: revocation of {role} from {result.change.label}"
        for result in unsettled
        for role in result.open_revocations
    ]
    say.note(f"{len(unsettled)} of {len(report.results)} contacts are not as declared", common)
    raise PartlyApplied("\n".join([*lines, "run 'reconcile plan' to see what is left, then apply again"]))
