"""``reconcile ci applied``: what became of an approved plan, under its pull request."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode

from .job import author_option, branch_option, commit_option, this_job

if TYPE_CHECKING:
    from reconcile.journal.journaled_run import JournaledRun


MOST_NAMED = 50
"""Maximum number of contacts that are listed because they are not as declared."""


@click.command()
@common_options
@click.option("--digest", default="", help="The approved plan's digest; empty when none was found.")
@click.option("--outcome", default="failure", help="'success' when the step that applied succeeded.")
@commit_option
@branch_option
@author_option
def applied(common: Common, *, digest: str, outcome: str, **given: str | None) -> int:
    """Say under the merged pull request what was applied, as the journal tells it. Contacts by id alone."""
    from reconcile.forge.approved_plan import APPLIED, merge_of
    from reconcile.forge.sticky_comment import StickyComment
    from reconcile.journal.history import RunHistory
    from reconcile.journal.journaled_run import read_runs
    from reconcile.services.project import open_project

    project, job = open_project(common.choice, common.console), this_job()
    merged = merge_of(job.forge, given["commit"] or job.commit, given["branch"] or job.branch)
    if merged is None:
        common.console.note("The commit belongs to no merged pull request: there is nowhere to say it.")
        return ExitCode.DONE
    journaled = RunHistory(tuple(read_runs(project.journals))).of_approval(digest) if digest else None
    result, text = _comment(journaled, succeeded=outcome == "success")
    sticky = StickyComment(
        job.forge, merged.number, given["author"] or job.author, APPLIED, project.target.name
    )
    sticky.put(
        f"{text}\n\n<sub>[The run]({job.run}) has the log.</sub>\n", {"digest": digest, "outcome": result}
    )
    return ExitCode.DONE


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
