"""``reconcile demo``: the whole job against a sandbox of its own, from seed to "no changes"."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from reconcile.errors import ExitCode, ReconcileError

from .options import Common, common_options

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
    from reconcile.evance import Writer
    from reconcile.sandbox import running, seed

    from . import say
    from .account import sandbox_connection
    from .job import Job
    from .project import open_project

    project = open_project(common)
    declarations = project.load().declarations
    counts = seed(state / "sandbox.sqlite3", now=project.now)
    with running(state / "sandbox.sqlite3", now=project.now) as access:
        say.result(f"A sandbox with {counts.contacts} contacts listens at {access.url}.\n")
        target = replace(project.target, url=access.url, account=access.account)
        with Writer(sandbox_connection(target, access.client_id, access.private_key)) as account:
            job = Job(project, state, common, account, declarations)
            job.run({}, "text", asking=False)
            say.result("")
            left = job.plan_again()
    if not left.empty:
        raise ReconcileError("the demo did not end with the account as declared")
    say.result("\nThe sandbox is stopped and its data removed.")
    return ExitCode.DONE
