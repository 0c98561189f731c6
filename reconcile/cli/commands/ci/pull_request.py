"""What jobs of a pull request do: targets, the plan of its merge, whether somebody has reviewed it."""

import json
import os
from pathlib import Path

import click

from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, common_options, shared_options
from reconcile.errors import DeclarationError, ExitCode

from .group import add_to_summary, outputs_option, set_outputs, this_job


@click.command(
    short_help="List the targets that the pipeline works on.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile ci targets --config base/reconcile.yaml", "a job for each"),
    ],
    exits={ExitCode.REFUSED: "refused: a target that no job can work on"},
)
@shared_options("config", "target", "quiet")
@outputs_option
def targets(common: Common) -> int:
    """List the targets that the pipeline works on, as JSON: a job each.

    They are those of the configuration, which is the target branch's (--config base/reconcile.yaml). Without
    a configuration there is none yet: merging brings it, and the run by hand applies it.
    """
    names = _names(common)
    set_outputs(targets=json.dumps(names))
    common.console.print_result(json.dumps(names))
    return ExitCode.DONE


def _names(common: Common) -> list[str]:
    from reconcile.services.pipeline.pull_requests.reviewed import targets_of_jobs

    config = common.choice.config
    if not config.exists():
        note = (
            f"There is no {config} yet, so there is nothing to plan: merging brings it, and the run by hand "
            "applies what is declared."
        )
        common.console.note(note)
        add_to_summary(f"> {note}")
        return []
    wanted = common.choice.target
    return [name for name in targets_of_jobs(config) if wanted in (None, name)]


@click.command(
    "plan",
    short_help="Plan what merging a pull request would do.",
    cls=HelpfulCommand,
    examples=[
        (
            "reconcile ci plan --declarations head --base HEAD^1 --out out",
            "at GitHub",
        ),
    ],
    exits={
        ExitCode.REFUSED: "an apply would refuse, or leave somebody",
    },
)
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


@click.command(
    short_help="Refuse until somebody else has reviewed the plan.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile ci reviewed --config base/reconcile.yaml", "as a required check"),
    ],
    exits={
        ExitCode.REFUSED: "not reviewed yet",
    },
)
@shared_options("config", "target", "quiet")
def reviewed(common: Common) -> int:
    """Exit with 3 until somebody else has reviewed what merging would do, and say what to do.

    Where the target branch requires a review (--config), or an entry under 'allow' lifts a guard, somebody
    other than the author, who may write, must have approved the head after each target's newest plan was
    made. A pull request whose plans do nothing needs no review.
    """
    from reconcile.declare.settings import load_settings
    from reconcile.errors import refuse_if
    from reconcile.services.pipeline.pull_requests.reviewed import ReviewCheck

    job, targets = this_job(), _names(common)
    if targets:
        settings = load_settings(common.choice.config)
        reasons = ReviewCheck(job.evidence, settings.ci.require_review).reasons(job.pull_request, targets)
        refuse_if(reasons, "this pull request is not reviewed yet")
        common.console.note("Somebody else has reviewed what it does, or it does nothing.")
    return ExitCode.DONE
