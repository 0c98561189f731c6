"""``reconcile ci summary``: the plan in the summary of the job's step."""

import os
from pathlib import Path

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, UsageError

from .job import plan_argument

LIMIT = 1024 * 1024
"""Maximum size of one step's summary in bytes, by GitHub's rule."""

SMALLEST = 8_000
"""Minimum number of bytes that must be left for a plan."""


@click.command()
@common_options
@plan_argument
def summary(common: Common, file: Path) -> int:
    """Add the plan to the job's summary (GITHUB_STEP_SUMMARY), masked as is configured."""
    from reconcile.cli.formats import render
    from reconcile.services.files import read_approved_plan
    from reconcile.services.project import open_project

    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if not target:
        raise UsageError("GITHUB_STEP_SUMMARY is not set: this command runs in a step of a GitHub job")
    open_project(common.choice, common.console)  # says whether names are masked
    path, plan = Path(target), read_approved_plan(file, None)
    left = LIMIT - (path.stat().st_size if path.exists() else 0) - 1
    if left < SMALLEST:
        raise UsageError("the summary of this step is full; show the plan in a step of its own")
    text = render(plan, "markdown", limit=left, source_url=_source_url())
    with path.open("a", encoding="utf-8") as opened:
        opened.write(f"{text}\n")
    return ExitCode.DONE


def _source_url() -> str | None:
    """The address of the repository's files at the commit; no token is needed to know it."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")
    server, repository, commit = (os.environ.get(name, "") for name in names)
    return f"{server}/{repository}/blob/{commit}" if server and repository and commit else None
