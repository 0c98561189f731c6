"""``reconcile ci comment``: the one comment of a pull request, with a section for each target."""

from pathlib import Path

import click

from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode, UsageError

from .group import author_option, this_job


@click.command(
    short_help="Post or renew the one comment, with a section for each target.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile ci comment sections", "a section for each plan in that folder"),
    ],
    exits={ExitCode.REFUSED: "refused: a file is not what 'ci plan' writes"},
)
@shared_options("config", "target", "quiet")
@click.argument("files", type=click.Path(path_type=Path), metavar="[SECTION.json|DIR]...", nargs=-1)
@click.option("--targets", metavar="JSON", help="The targets that there must be a section of, as a list.")
@click.option("--pull-request", type=int, metavar="N", help="The pull request, if not the job's own.")
@author_option
def comment(
    common: Common,
    *,
    files: tuple[Path, ...],
    targets: str | None,
    pull_request: int | None,
    author: str | None,
) -> int:
    """Post or renew the one comment of a pull request, with a section for each target.

    The sections are those that 'ci plan' has left: files, or folders in which they lie. A target of --targets
    (by default those of the configuration, if there is one) that has none for this commit is said to have no
    plan. Where a plan has changed although no commit has, a new comment says so, once.
    """
    from reconcile.services.pipeline.comment import PullRequestComment, expected_targets

    if not (files or targets):
        raise UsageError("give the sections that 'reconcile ci plan' has left, or --targets")
    job = this_job()
    number = job.number if pull_request is None else pull_request
    if number is None:
        common.console.note("This job belongs to no pull request: there is nowhere to say it.")
        return ExitCode.DONE
    own = PullRequestComment(job, number, author or job.author)
    if own.outdated:
        common.console.note(
            f"The pull request is no longer at {own.head[:7]}: the run for its head has the word."
        )
        return ExitCode.DONE
    own.put(files, expected_targets(targets, common.choice))
    return ExitCode.DONE
