"""The whole job against a sandbox of its own: seed, plan, apply, and plan again until nothing is left."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from reconcile.errors import ReconcileError
from reconcile.evance.writer import Writer
from reconcile.sandbox import running, seed

from .accounts import sandbox_connection
from .applying import ApplyJob, ApplyOutput
from .console import Console
from .project import Project


def demonstrate(project: Project, console: Console, output: ApplyOutput) -> None:
    """Apply the project's declarations to a fresh sandbox that is thrown away afterwards."""
    with TemporaryDirectory(prefix="reconcile-demo-") as folder:
        _demonstrate_in(replace(project, state=Path(folder)), console, output)


def _demonstrate_in(project: Project, console: Console, output: ApplyOutput) -> None:
    declarations = project.load().declarations
    database = project.state / "sandbox.sqlite3"
    counts = seed(database, now=project.now)
    with running(database, now=project.now) as access:
        console.print_result(f"A sandbox with {counts.contacts} contacts listens at {access.url}.\n")
        target = replace(project.target, url=access.url, account=access.account)
        with Writer(sandbox_connection(target, access.client_id, access.private_key)) as account:
            job = ApplyJob(project, console, output, account, declarations)
            job.run({}, confirm=False)
            console.print_result("")
            left = job.plan_again()
    if not left.empty:
        raise ReconcileError("the demo did not end with the account as declared")
    console.print_result("\nThe sandbox is stopped and its data removed.")
