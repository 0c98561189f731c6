"""``reconcile ci plan``: what merging a pull request would do to one target."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import DeclarationError, ExitCode

from .group import add_to_summary, this_job

if TYPE_CHECKING:
    pass


@click.command("plan", short_help="Plan what merging a pull request would do.")
@common_options
@click.option("--base", metavar="COMMIT", help="The first parent of the merge that is checked out.")
@click.option(
    "--merge",
    metavar="COMMIT",
    help="Where the forge makes no merge: make that of what is checked out into that commit.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where to leave it all."
)
def pull_request_plan(common: Common, *, base: str | None, merge: str | None, out: Path) -> int:
    """Plan what merging a pull request would do to one target, and leave what the comment says of it.

    The merge is compared with its first parent. The configuration is the target branch's (--config), for both
    sides; what the pull request changes of it is planned apart, for the whole account.
    DIR gets plan.json (whole), plan.html and section.json (masked). The exit code is that of 'plan --check'.
    """
    from reconcile.services.pipeline.pull_requests.job import PullRequestJob
    from reconcile.services.pipeline.section import SECTION_FILE, read_sections

    job = this_job()
    work = PullRequestJob(job.evidence, out, base, merge, job.number, job.head, job.blob)
    try:
        planned = work.run(common.choice, common.console)
    except DeclarationError as error:
        _annotate(error, common)
        raise
    finally:
        for section in read_sections([out / SECTION_FILE]):
            add_to_summary(section.text)
    if planned is not None:
        planned.refuse()
    return ExitCode.DONE


def _annotate(error: DeclarationError, common: Common) -> None:
    """Let GitHub show each problem at its line."""
    from reconcile.cli.formats import show
    from reconcile.model.problem import ProblemReport

    if os.environ.get("GITHUB_REPOSITORY"):
        show(common.console, ProblemReport(error.problems), "github")
