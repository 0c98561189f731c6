"""``reconcile ci approved-plan``: the plan that was approved with the merge that made a commit."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, Refusal

from .job import author_option, branch_option, commit_option, here, output

if TYPE_CHECKING:
    from reconcile.forge import Approved


@click.command("approved-plan")
@common_options
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where to put it."
)
@click.option(
    "--workflow", default="plan.yml", show_default=True, help="The workflow (GitLab: job) that planned."
)
@click.option("--artifact", default="reconcile-plan", show_default=True, help="The artifact that it left.")
@commit_option
@branch_option
@author_option
def approved_plan(common: Common, *, out: Path, workflow: str, artifact: str, **given: str | None) -> int:
    """Find the plan that was approved in the merged pull request, check it, and write it to a file.

    Refuses with 3, and says why, when any link is missing: the merge, our comment, its digest, the artifact.
    """
    from reconcile.cli import say
    from reconcile.cli.project import open_project
    from reconcile.forge import Source
    from reconcile.forge import approved_plan as found

    project, job = open_project(common), here()
    branch = given["branch"] or job.branch
    source = Source(given["author"] or job.author, project.target.name, branch, workflow, artifact)
    approved = found(job.forge, given["commit"] or job.commit, source)
    _write(approved, out)
    output(digest=approved.digest, pull_request=str(approved.merged.number))
    say.note(f"Pull request {approved.merged.number} approved {approved.digest}.", common)
    return ExitCode.DONE


def _write(approved: "Approved", out: Path) -> None:
    """Write the plan, unless it is not the one whose digest our comment names."""
    from reconcile.apply import read_approval
    from reconcile.cli.files import write_private

    try:
        write_private(out, approved.content.decode("utf-8"))
        read_approval(out, approved.digest)
    except UnicodeError:
        raise Refusal("the artifact does not hold a plan; nothing was written") from None
    except Refusal:
        out.unlink()
        raise
