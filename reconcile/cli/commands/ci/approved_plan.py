"""``reconcile ci approved-plan``: the plan that was approved with the merge that made a commit."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, Refusal

from .job import author_option, branch_option, commit_option, set_outputs, this_job

if TYPE_CHECKING:
    from reconcile.forge.approved_plan import ApprovedPlan


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
    from reconcile.forge.approved_plan import PlanSource, find_approved_plan
    from reconcile.services.project import open_project

    project, job = open_project(common.choice, common.console), this_job()
    branch = given["branch"] or job.branch
    source = PlanSource(given["author"] or job.author, project.target.name, branch, workflow, artifact)
    approved = find_approved_plan(job.forge, given["commit"] or job.commit, source)
    _write(approved, out)
    set_outputs(digest=approved.digest, pull_request=str(approved.merged.number))
    common.console.note(f"Pull request {approved.merged.number} approved {approved.digest}.")
    return ExitCode.DONE


def _write(approved: "ApprovedPlan", out: Path) -> None:
    """Write the plan, unless it is not the one whose digest our comment names."""
    from reconcile.services.files import read_approved_plan, write_private

    try:
        write_private(out, approved.content.decode("utf-8"))
        read_approved_plan(out, approved.digest)
    except UnicodeError:
        raise Refusal("the artifact does not hold a plan; nothing was written") from None
    except Refusal:
        out.unlink()
        raise
