"""``reconcile ci comment``: the one comment of a pull request, with a section for each target."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, UsageError

from .group import author_option, salt_file, this_job

if TYPE_CHECKING:
    from reconcile.forge.environment import CiEnvironment
    from reconcile.forge.sticky_comment import Facts
    from reconcile.model.plans.plan import Plan
    from reconcile.services.project import Project


@click.command(short_help="Post or renew the one comment, with a section for each target.")
@common_options
@click.argument("files", type=click.Path(path_type=Path), metavar="[SECTION.json|DIR]...", nargs=-1)
@click.option("--targets", metavar="JSON", help="The targets that there must be a section of, as a list.")
@click.option("--failed", is_flag=True, help="Say that no plan could be made for this commit.")
@click.option("--pull-request", type=int, metavar="N", help="The pull request, if not the job's own.")
@author_option
def comment(
    common: Common, *, files: tuple[Path, ...], targets: str | None, pull_request: int | None, **old: Any
) -> int:
    """Post or renew the one comment of a pull request, with a section for each target.

    The sections are those that 'ci plan' has left: files, or folders in which they lie. A target of --targets
    (by default those of the configuration, if there is one) that has none for this commit is said to have no
    plan. Where a plan has changed although no commit has, a new comment says so, once.
    """
    from reconcile.services.pipeline.comment import PullRequestComment, expected_targets

    if old["failed"] or _is_a_plan(files) or not (files or targets):
        return _comment_plan(common, files=files, pull_request=pull_request, **old)
    job = this_job()
    number = job.number if pull_request is None else pull_request
    if number is None:
        common.console.note("This job belongs to no pull request: there is nowhere to say it.")
        return ExitCode.DONE
    own = PullRequestComment(job, number, old["author"] or job.author)
    if own.outdated:
        common.console.note(
            f"The pull request is no longer at {own.head[:7]}: the run for its head has the word."
        )
        return ExitCode.DONE
    own.put(files, expected_targets(targets, common.choice))
    return ExitCode.DONE


COMMENT_LIMIT = 65_536
"""Maximum size of one comment in characters, by GitHub's rule; counted in bytes, which are never fewer."""


def _is_a_plan(files: tuple[Path, ...]) -> bool:
    """Whether a single file is a plan, as the earlier flow commented it."""
    try:
        return len(files) == 1 and "config_digest" in json.loads(files[0].read_bytes())
    except (OSError, ValueError, TypeError, RecursionError):
        return False


def _comment_plan(
    common: Common,
    *,
    files: tuple[Path, ...],
    failed: bool,
    pull_request: int | None,
    author: str | None,
) -> int:
    """Post or update the one comment of the earlier flow, until its workflows go.

    The comment seals the plan: PLAN.salt is written beside PLAN.json, and both must be kept.
    """
    from reconcile.forge.approved_plan import PLAN
    from reconcile.forge.sticky_comment import StickyComment
    from reconcile.services.files import read_approved_plan

    file = files[0] if files else None
    if failed == (file is not None):
        raise UsageError("give PLAN.json, or --failed when there is none")
    project, job = common.open_project(), this_job()
    plan = read_approved_plan(file, None) if file is not None else None
    facts = {"head": job.head or job.commit, **({"seal": _sealed(plan, file)} if plan and file else {})}
    number = job.pull_request if pull_request is None else pull_request
    sticky = StickyComment(job.forge, number, author or job.author, PLAN, project.target.name)
    sticky.put(_text(plan, project, job, facts), facts)
    return ExitCode.DONE


def _sealed(plan: "Plan", file: Path) -> str:
    """The seal of a plan; its salt is written beside the plan's file."""
    from reconcile.forge.approved_plan import new_salt, seal_of
    from reconcile.services.files import write_file

    salt = new_salt()
    write_file(salt_file(file), salt)
    return seal_of(plan.digest, salt)


def _text(plan: "Plan | None", project: "Project", job: "CiEnvironment", facts: "Facts") -> str:
    from reconcile.cli.formats import render
    from reconcile.forge.sticky_comment import with_mark

    foot = f"\n<sub>For commit {facts['head']}. [The run]({job.run}) has the plan as a page.</sub>\n"
    if plan is None:
        return f"### No plan could be made\n\nThe declarations or the account did not allow it.\n{foot}"
    frame = with_mark("plan", {**facts, "target": project.target.name}, foot)
    limit = COMMENT_LIMIT - len(frame.encode("utf-8"))
    return render(plan, "markdown", limit=limit, source_url=job.blob) + foot
