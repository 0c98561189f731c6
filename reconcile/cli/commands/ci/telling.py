"""What jobs on the main branch tell people: what became of a merge, and the one issue of a target."""

from pathlib import Path

import click

from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode, UsageError

from .group import add_to_summary, author_option, this_job


@click.command(
    short_help="Say under the merged pull requests what became of them.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile ci result --target shop preview", "after the preview"),
        ("reconcile ci result --applying --target shop preview", "after the apply"),
    ],
    exits={ExitCode.REFUSED: "refused: what DIR holds is no report of 'ci preview'"},
)
@shared_options("config", "target", "quiet")
@click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), metavar="[DIR]", default="preview"
)
@click.option("--applying", is_flag=True, help="The job that applies has ended, whatever became of it.")
@author_option
def result(common: Common, *, folder: Path, applying: bool, author: str | None) -> int:
    """Say under every merged pull request that this run carried what became of it, one comment a target.

    DIR is what 'ci preview' has left; without it the run has failed before. The comments are edited in place:
    that it waits for its reviewers, was refused and why, was applied, in part or whole, or that nothing was
    left. Contacts stand there by their ids alone. The summary of the job has the same.
    """
    from reconcile.services.pipeline.result import MergeResult

    job = this_job()
    told = MergeResult(
        common.open_project(), common.console, job, author or job.author, folder, applying
    ).tell()
    if told:
        add_to_summary(told)
    return ExitCode.DONE


@click.command(
    "drift-issue",
    short_help="Open, renew or close the one issue of a target.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile ci drift-issue --target shop drift.json", "what 'drift --out drift.json' has left"),
        ("reconcile ci drift-issue --failed --target shop", "a scheduled run has failed"),
    ],
    exits={ExitCode.REFUSED: "refused: the file is not what 'drift --out' writes"},
)
@shared_options("config", "target", "as_of", "quiet")
@click.argument("file", type=click.Path(path_type=Path), metavar="[DRIFT.json]", required=False)
@click.option("--failed", is_flag=True, help="Say that a scheduled run has failed; all else stays.")
@author_option
def drift_issue(common: Common, file: Path | None, *, failed: bool, author: str | None) -> int:
    """Open or renew the one issue of a target, or close it when nothing is left.

    It has the drift (from 'drift --out'), and who is set aside since when. It also says when the tip of the
    branch has had no run or a run that did not apply it, when a preview has waited for its reviewers for a
    day, and when a scheduled run has failed.
    """
    from reconcile.cli.formats import render
    from reconcile.services.files import read_drift_file
    from reconcile.services.pipeline.drift_issue import DriftIssue

    if failed == (file is not None):
        raise UsageError("give DRIFT.json, or --failed where a scheduled run has failed")
    project, job = common.open_project(), this_job()
    issue = DriftIssue(project, common.console, job, author or job.author)
    if file is None:
        issue.put_failure()
    else:
        drift = read_drift_file(file)
        issue.put(render(drift, "markdown"), settled=drift.plan.settled)
    return ExitCode.DONE
