"""Applies the declarations of a project to a sandbox that is thrown away afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from reconcile.errors import ReconcileError
from reconcile.evance.writer import Writer
from reconcile.model.plans.plan import Plan
from reconcile.sandbox import running, seed
from reconcile.services.accounts import sandbox_connection
from reconcile.services.applying import ApplyJob
from reconcile.services.caller import ApplyOutput, Console, ProjectChoice
from reconcile.services.project import Project, open_project

from .initializing import initialize, steps_after_demo, steps_text
from .new_files import NewProject, new_files

TIMEZONE = "Europe/London"
"""Of the demo's own project: it shows the same on every machine."""


@contextmanager
def _project(choice: ProjectChoice, console: Console) -> Iterator[Project]:
    """The project that was chosen; where there is none, what ``init`` writes, in a folder that goes away."""
    if not choice.searched or choice.declarations is not None:
        yield open_project(choice, console)
        return
    console.print_result(
        "There is no reconcile.yaml here: this is the project that 'reconcile init' writes.\n"
    )
    with TemporaryDirectory(prefix="reconcile-demo-") as folder:
        initialize(Path(folder), new_files(NewProject(choice.now().date(), TIMEZONE)))
        yield open_project(replace(choice, config=Path(folder) / "reconcile.yaml", searched=()), console)


def demonstrate(choice: ProjectChoice, console: Console, output: ApplyOutput) -> None:
    """Apply the declarations of a project to a fresh sandbox that is thrown away afterwards.

    Where no configuration was found, the project is thrown away, too.
    """
    with _project(choice, console) as project:
        _demonstrate(project, console, output)
        target = project.target if project.choice.config == choice.config else None
    console.print_result("\nThe sandbox is stopped and its data removed.\n\n")
    console.print_result(steps_text("To try next", steps_after_demo(target)))


def _demonstrate(project: Project, console: Console, output: ApplyOutput) -> None:
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


def _apply_and_plan(job: ApplyJob, console: Console) -> Plan:
    """What is left to do after an apply; both are shown."""
    job.run({}, confirm=False)
    console.print_result("")
    return job.plan_again()
