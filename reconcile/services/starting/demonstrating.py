"""Applies the declarations of a project to a sandbox that is thrown away afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from reconcile.declare.configuration_file import CONFIGURATION_FILE
from reconcile.errors import ReconcileError
from reconcile.evance.writer import Writer
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import TargetKind
from reconcile.sandbox import running, seed
from reconcile.services.accounts import sandbox_connection
from reconcile.services.applying import ApplyJob
from reconcile.services.caller import ApplyOutput, Console, ProjectChoice
from reconcile.services.project import Project, open_project

from .environment import folder_declares
from .initializing import initialize
from .new_files import NewProject, new_files
from .next_steps import steps_after_demo, steps_text

TIMEZONE = "Europe/London"
"""Of the demo's own project: it shows the same on every machine."""


def demonstrate(choice: ProjectChoice, console: Console, output: ApplyOutput) -> None:
    """Apply declarations to a fresh sandbox that is thrown away afterwards.

    They are those of the project, where it has some and they are about a sandbox; else what ``init`` writes,
    in a project that is thrown away, too.
    """
    there = None if choice.searched and choice.declarations is None else open_project(choice, console)
    declared = there is not None and folder_declares(there.contacts_folder)
    if there is not None and declared and there.target.kind is TargetKind.SANDBOX:
        _demonstrate(there, console, output)
    else:
        console.print_result(f"{_why_not(there, declared=declared)}: {_INSTEAD}.\n")
        with _new_project(choice, console) as project:
            _demonstrate(project, console, output)
    console.print_result("\nThe sandbox is stopped and its data removed.\n\n")
    steps = steps_after_demo(there.target if there else None, declared=declared)
    console.print_result(steps_text("To try next", steps))


_INSTEAD = "this is the project that 'reconcile init' writes"


def _why_not(project: Project | None, *, declared: bool) -> str:
    """Why the demo is not about the project that is there."""
    if project is None:
        return "There is no reconcile.yaml here"
    if not declared:
        return "Nothing is declared here yet"
    return f"The declarations here are about {project.target.account}, whose contacts no sandbox has"


@contextmanager
def _new_project(choice: ProjectChoice, console: Console) -> Iterator[Project]:
    """What ``init`` writes, in a folder that goes away."""
    with TemporaryDirectory(prefix="reconcile-demo-") as folder:
        initialize(Path(folder), new_files(NewProject(choice.now().date(), TIMEZONE)))
        config = Path(folder) / CONFIGURATION_FILE
        made = replace(choice, config=config, declarations=None, target=None, searched=())
        yield open_project(made, console)


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
