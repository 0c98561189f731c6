"""``reconcile apply``: plan, show, ask, apply, read back."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.formats import format_option
from reconcile.cli.options import Ceiling, Common, common_options
from reconcile.errors import UsageError
from reconcile.model.plan import Plan

if TYPE_CHECKING:
    from reconcile.cli.project import Project
    from reconcile.evance.writer import Writer
    from reconcile.model.declaration import Declaration


@click.command()
@common_options
@click.argument("approved", type=click.Path(path_type=Path), required=False, metavar="[PLAN.json]")
@click.option("--digest", help="The digest that PLAN.json must have.")
@click.option("--allow", type=Ceiling(), multiple=True, help="Lift a guard up to a ceiling, for this run.")
@click.option("--due", is_flag=True, help="Only what became due by the clock since the last apply.")
@click.option("--yes", is_flag=True, help="Apply without asking; needed where there is no terminal.")
@format_option(Plan, local=True, about=None)
def apply(common: Common, approved: Path | None, digest: str | None, form: str, **given: Any) -> int:
    """Plan, show the plan, ask, and apply it.

    With PLAN.json, a plan that was saved and approved, nothing is applied that is not in it. With --due,
    nothing but what starts or lapses by declarations that were applied before.
    """
    from reconcile.apply.lock import locked
    from reconcile.cli.account import open_writer
    from reconcile.cli.applying import ApplyJob
    from reconcile.cli.project import open_project
    from reconcile.cli.signals import ended_at_once
    from reconcile.services.plan_files import read_approved_plan

    if digest is not None and approved is None:
        raise UsageError("--digest pins PLAN.json: name the file, too")
    if given["due"] and approved is not None:
        raise UsageError("--due needs no PLAN.json: what is due was approved with the declarations")
    project = open_project(common)
    refuse_another_time(common, project)
    approval = read_approved_plan(approved, digest) if approved else None
    reverting = approval is not None and approval.revert is not None
    # What is to be rolled back may be a folder that can't be read: a revert has declarations of its own.
    declarations = () if reverting else declared(project, common)
    with locked(project.state / "lock"), ended_at_once(), open_writer(project, common) as account:
        if approval is not None and reverting:
            declarations = declared_by_run(project, approval, account, common)
        job = ApplyJob(project, project.state, common, account, declarations, approval, given["due"])
        return job.run(dict(given["allow"]), form, asking=not given["yes"])


def declared(project: "Project", common: Common) -> "tuple[Declaration, ...]":
    """The declarations of the folder, once their warnings are said."""
    from reconcile.cli import console

    loaded = project.load()
    console.print_warnings(loaded, common)
    return loaded.declarations


def declared_by_run(
    project: "Project", approval: Plan, account: "Writer", common: Common
) -> "tuple[Declaration, ...]":
    """The declarations that undo the run of an approved plan; what they leave as it is, is said."""
    from reconcile.cli import console
    from reconcile.services.reverting import plan_revert, refuse_lost

    from .history import find_run

    scene = project.scene(account.connection.account, approval.revert)
    undone = plan_revert(find_run(project, approval.revert or ""), account, scene)
    refuse_lost(undone, approval)
    for note in undone.notes:
        console.note(f"Note: {note}", common)
    return undone.declarations


def refuse_another_time(common: Common, project: "Project") -> None:
    """A plan may look at any time; a write happens now."""
    from reconcile.model.settings import TargetKind

    if common.as_of is not None and project.target.kind is TargetKind.EVANCE:
        raise UsageError("apply works as of now; --as-of is for plans and for the sandbox")
