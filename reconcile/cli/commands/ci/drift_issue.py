"""``reconcile ci drift-issue``: one issue that says what has drifted, open as long as something has."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode

from .job import author_option, this_job

if TYPE_CHECKING:
    from reconcile.forge.github.api import GitHub
    from reconcile.forge.protocol import Issue


KIND = "drift"


@click.command("drift-issue")
@common_options
@click.argument("file", type=click.Path(path_type=Path), metavar="DRIFT.json")
@author_option
def drift_issue(common: Common, file: Path, author: str | None) -> int:
    """Open or update the one issue about drift (from 'drift --out'), or close it when there is none."""
    from reconcile.cli.formats import render
    from reconcile.forge.sticky_comment import issue_of, with_mark
    from reconcile.services.files import read_drift_file
    from reconcile.services.project import open_project

    project, job = open_project(common.choice, common.console), this_job()
    drift, target = read_drift_file(file), project.target.name
    issue = issue_of(job.github, author or job.author, KIND, target)
    text = render(drift, "markdown")
    body = with_mark(KIND, {"target": target}, f"{text}\n<sub>Told by [this run]({job.run}).</sub>\n")
    title = f"Drift at {drift.plan.account}"
    _write_issue(job.github, issue, title, body, drifted=not drift.plan.empty)
    return ExitCode.DONE


def _write_issue(github: "GitHub", issue: "Issue | None", title: str, body: str, *, drifted: bool) -> None:
    if issue is not None:
        github.change_issue(issue, title=title, body=body, state="open" if drifted else "closed")
    elif drifted:
        github.open_issue(title, body)
