"""The steps of a CI job that tell people something: comment, result, drift issue, summary of the step."""

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, UsageError

from .group import author_option, branch_option, commit_option, plan_argument, salt_file, this_job

if TYPE_CHECKING:
    from reconcile.journal.journaled_run import JournaledRun


MOST_NAMED = 50
"""Maximum number of contacts that are listed because they are not as declared."""


@click.command(short_help="Say under the pull request what was applied.")
@common_options
@click.option(
    "--approved",
    type=click.Path(path_type=Path),
    metavar="PLAN.json",
    help="Where 'ci approved-plan' has put the plan; no such file when none was found.",
)
@click.option("--outcome", default="failure", help="'success' when the step that applied succeeded.")
@commit_option
@branch_option
@author_option
def applied(common: Common, *, approved: Path | None, outcome: str, **given: str | None) -> int:
    """Say under the merged pull request what was applied, as the journal tells it. Contacts by id alone."""
    from reconcile.forge.approved_plan import APPLIED, merge_of
    from reconcile.forge.sticky_comment import StickyComment
    from reconcile.journal.history import RunHistory
    from reconcile.journal.lineage import read_runs

    project, job = common.open_project(), this_job()
    merged = merge_of(job.forge, given["commit"] or job.commit, given["branch"] or job.branch)
    if merged is None:
        common.console.note("The commit belongs to no merged pull request: there is nowhere to say it.")
        return ExitCode.DONE
    digest, seal = _approval(approved) if approved and approved.exists() else ("", "")
    journaled = RunHistory(tuple(read_runs(project.journals))).of_approval(digest) if digest else None
    result, text = _comment(journaled, succeeded=outcome == "success")
    sticky = StickyComment(
        job.forge, merged.number, given["author"] or job.author, APPLIED, project.target.name
    )
    sticky.put(f"{text}\n\n<sub>[The run]({job.run}) has the log.</sub>\n", {"seal": seal, "outcome": result})
    return ExitCode.DONE


def _approval(file: Path) -> tuple[str, str]:
    """The digest of the approved plan, by which the journal knows it, and its seal, which our comment has."""
    from reconcile.forge.approved_plan import seal_of
    from reconcile.services.files import read_approved_plan

    digest, salt = read_approved_plan(file, None).digest, salt_file(file)
    return digest, seal_of(digest, salt.read_text(encoding="ascii")) if salt.exists() else ""


def _comment(journaled: "JournaledRun | None", *, succeeded: bool) -> tuple[str, str]:
    """The result in one word, and the comment's text."""
    from reconcile.forge.approved_plan import COMPLETE

    if journaled is None:
        if succeeded:
            return COMPLETE, "### Nothing was left to apply"
        return "refused", "### Nothing was applied\n\nIt was refused, or it failed before the first write."
    return (COMPLETE if journaled.complete else "partly"), "\n\n".join(_lines(journaled))


def _lines(journaled: "JournaledRun") -> list[str]:
    from reconcile.model.result import SETTLED
    from reconcile.render.escape import MARKDOWN
    from reconcile.text import count

    numbers = Counter(line.outcome for line in journaled.outcomes)
    summary = ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(numbers.items()))
    title = "### Applied" if journaled.complete else "### Applied in part"
    run = f"{summary or 'Nothing had to be written'}. Run `{journaled.name}`."
    items = [
        f"- contact {MARKDOWN.name(str(line.contact or 'new'))}: {line.outcome}"
        for line in journaled.outcomes
        if line.outcome not in SETTLED
    ]
    left_out = len(items) - MOST_NAMED
    more = [f"- and {count(left_out, 'more contact')}"] if left_out > 0 else []
    return [title, run, *(["\n".join([*items[:MOST_NAMED], *more])] if items else [])]


SUMMARY_LIMIT = 1024 * 1024
"""Maximum size of one step's summary in bytes, by GitHub's rule."""

SMALLEST = 8_000
"""Minimum number of bytes that must be left for a plan."""


@click.command(short_help="Add the plan to the job's summary.")
@common_options
@plan_argument
def summary(common: Common, file: Path) -> int:
    """Add the plan to the job's summary (GITHUB_STEP_SUMMARY), masked as is configured."""
    from reconcile.cli.formats import render
    from reconcile.services.files import read_approved_plan

    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if not target:
        raise UsageError("GITHUB_STEP_SUMMARY is not set: this command runs in a step of a GitHub job")
    common.open_project()  # says whether names are masked
    path, plan = Path(target), read_approved_plan(file, None)
    left = SUMMARY_LIMIT - (path.stat().st_size if path.exists() else 0) - 1
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
