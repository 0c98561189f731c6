"""Applies the declarations of a project to a sandbox that is thrown away afterwards."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from reconcile.errors import ReconcileError
from reconcile.evance.writer import Writer
from reconcile.model.plans.plan import Plan
from reconcile.sandbox import running, seed

from .accounts import sandbox_connection
from .applying import ApplyJob
from .caller import ApplyOutput, Console
from .project import Project


def demonstrate(project: Project, console: Console, output: ApplyOutput) -> None:
    """Apply the project's declarations to a fresh sandbox that is thrown away afterwards."""
    declarations = project.load().declarations
    with TemporaryDirectory(prefix="reconcile-demo-") as folder:
        project = replace(project, state=Path(folder))
        database = project.state / "sandbox.sqlite3"
        counts = seed(database, now=project.now)
        with (
            running(database, now=project.now) as access,
            Writer(sandbox_connection(project.target, access)) as account,
        ):
            console.print_result(f"A sandbox with {counts.contacts} contacts listens at {access.url}.\n")
            left = _apply_and_plan(ApplyJob(project, console, output, account, declarations), console)
    if not left.settled:
        raise ReconcileError("the demo did not end with the account as declared")
    console.print_result("\nThe sandbox is stopped and its data removed.")


def _apply_and_plan(job: ApplyJob, console: Console) -> Plan:
    """What is left to do after an apply; both are shown."""
    job.run({}, confirm=False)
    console.print_result("")
    return job.plan_again()
