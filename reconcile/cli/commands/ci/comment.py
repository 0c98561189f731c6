"""``reconcile ci comment``: the plan under its pull request, in one comment that is edited in place."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, UsageError

from .job import author_option, this_job

if TYPE_CHECKING:
    from reconcile.forge.environment import CiEnvironment
    from reconcile.forge.sticky_comment import Facts
    from reconcile.model.plan import Plan
    from reconcile.services.project import Project


LIMIT = 65_536
"""Maximum size of one comment in characters, by GitHub's rule; counted in bytes, which are never fewer."""


@click.command()
@common_options
@click.argument("file", type=click.Path(path_type=Path), metavar="[PLAN.json]", required=False)
@click.option("--failed", is_flag=True, help="Say that no plan could be made for this commit.")
@click.option("--pull-request", type=int, metavar="N", help="The pull request, if not the job's own.")
@author_option
def comment(
    common: Common, *, file: Path | None, failed: bool, pull_request: int | None, author: str | None
) -> int:
    """Post or update the one comment that holds the plan, masked as is configured."""
    from reconcile.forge.approved_plan import PLAN
    from reconcile.forge.sticky_comment import StickyComment
    from reconcile.services.files import read_approved_plan
    from reconcile.services.project import open_project

    if failed == (file is not None):
        raise UsageError("give PLAN.json, or --failed when there is none")
    project, job = open_project(common.choice, common.console), this_job()
    plan = read_approved_plan(file, None) if file is not None else None
    facts = {"head": job.head or job.commit, **({"digest": plan.digest} if plan else {})}
    number = job.pull_request if pull_request is None else pull_request
    sticky = StickyComment(job.forge, number, author or job.author, PLAN, project.target.name)
    sticky.put(_text(plan, project, job, facts), facts)
    return ExitCode.DONE


def _text(plan: "Plan | None", project: "Project", job: "CiEnvironment", facts: "Facts") -> str:
    from reconcile.cli.formats import render
    from reconcile.forge.sticky_comment import with_mark

    foot = f"\n<sub>For commit {facts['head']}. [The run]({job.run}) has the plan as a page.</sub>\n"
    if plan is None:
        return f"### No plan could be made\n\nThe declarations or the account did not allow it.\n{foot}"
    frame = with_mark("plan", {**facts, "target": project.target.name}, foot)
    limit = LIMIT - len(frame.encode("utf-8"))
    return render(plan, "markdown", limit=limit, source_url=job.blob) + foot
