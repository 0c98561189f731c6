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
        return _rehearse(common, Path(folder) / "sandbox.sqlite3")


def _rehearse(common: Common, path: Path) -> int:
    from reconcile.apply import fresh_plan
    from reconcile.evance import Writer
    from reconcile.sandbox import running, seed

    from . import say
    from .account import sandbox_connection
    from .apply import carry, conclude, refuse_guarded
    from .project import open_project
    from .show import render

    project = open_project(common)
    declarations = project.load().declarations
    counts = seed(path, now=project.now)
    with running(path, now=project.now) as access:
        say.result(f"A sandbox with {counts.contacts} contacts listens at {access.url}.\n")
        target = replace(project.target, url=access.url, account=access.account)
        with Writer(sandbox_connection(target, access.client_id, access.private_key)) as account:
            plan = fresh_plan(declarations, account, project.scene(account.connection.account))
            say.result(render(plan, "text"))
            refuse_guarded(plan)
            conclude(carry(plan, declarations, account, project, common), common)
            again = fresh_plan(declarations, account, project.scene(account.connection.account))
            say.result(f"\n{render(again, 'text')}")
    if plan.empty or not again.empty:
        raise ReconcileError("the demo did not end with an applied plan and no changes left")
    say.result("The sandbox is stopped and its data removed.")
    return ExitCode.DONE
