"""``reconcile demo``: the whole job against a sandbox of its own, from seed to "no changes"."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, ReconcileError

DEMO_DAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""The demo's clock stands still, for the planner and the sandbox alike: it shows the same every day."""


@click.command()
@common_options
def demo(common: Common) -> int:
    """Plan, apply and plan again against a fresh sandbox that is thrown away afterwards."""
    common = replace(common, as_of=common.as_of or DEMO_DAY)
    with TemporaryDirectory(prefix="reconcile-demo-") as folder:
        return _rehearse(common, Path(folder))


def _rehearse(common: Common, state: Path) -> int:
    from reconcile.cli import console
    from reconcile.cli.account import sandbox_connection
    from reconcile.cli.applying import ApplyJob
    from reconcile.cli.project import open_project
    from reconcile.evance.writer import Writer
    from reconcile.sandbox import running, seed

    project = open_project(common)
    declarations = project.load().declarations
    counts = seed(state / "sandbox.sqlite3", now=project.now)
    with running(state / "sandbox.sqlite3", now=project.now) as access:
        console.print_result(f"A sandbox with {counts.contacts} contacts listens at {access.url}.\n")
        target = replace(project.target, url=access.url, account=access.account)
        with Writer(sandbox_connection(target, access.client_id, access.private_key)) as account:
            job = ApplyJob(project, state, common, account, declarations)
            job.run({}, "text", asking=False)
            console.print_result("")
            left = job.plan_again()
    if not left.empty:
        raise ReconcileError("the demo did not end with the account as declared")
    console.print_result("\nThe sandbox is stopped and its data removed.")
    return ExitCode.DONE
