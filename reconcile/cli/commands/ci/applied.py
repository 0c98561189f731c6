"""``reconcile ci applied``: what became of an approved plan, under its pull request."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode

from .environment import author_option, branch_option, commit_option, this_job

if TYPE_CHECKING:
    from reconcile.journal.record import JournaledRun


NAMED = 50
"""So many contacts are listed that are not as declared."""


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
    from reconcile.journal.record import read_runs
    from reconcile.services.project import open_project

    project, job = open_project(common.choice, common.console), this_job()
    merged = merge_of(job.forge, given["commit"] or job.commit, given["branch"] or job.branch)
    if merged is None:
        common.console.note("The commit belongs to no merged pull request: there is nowhere to say it.")
        return ExitCode.DONE
    record = RunHistory(tuple(read_runs(project.journals))).of_approval(digest) if digest else None
    how, text = _told(record, succeeded=outcome == "success")
    sticky = StickyComment(
        job.forge, merged.number, given["author"] or job.author, APPLIED, project.target.name
    )
    sticky.put(
        f"{text}\n\n<sub>[The run]({job.run}) has the log.</sub>\n", {"digest": digest, "outcome": how}
    )
    return ExitCode.DONE


def _told(record: "JournaledRun | None", *, succeeded: bool) -> tuple[str, str]:
    """The outcome in one word, and the comment."""
    from reconcile.forge.approved_plan import COMPLETE

    if record is None:
        if succeeded:
            return COMPLETE, "### Nothing was left to apply"
        return "refused", "### Nothing was applied\n\nIt was refused, or it failed before the first write."
    return (COMPLETE if record.complete else "partly"), "\n\n".join(_lines(record))


def _lines(record: "JournaledRun") -> list[str]:
    from reconcile.model.result import SETTLED
    from reconcile.render.escape import MARKDOWN
    from reconcile.text import count

    outcomes = Counter(entry["outcome"] for entry in record.of("outcome"))
    told = ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(outcomes.items()))
    title = "### Applied" if record.complete else "### Applied in part"
    left = [entry for entry in record.of("outcome") if entry["outcome"] not in SETTLED]
    named = [
        f"- contact {MARKDOWN.name(str(entry['contact'] or 'new'))}: {entry['outcome']}" for entry in left
    ]
    more = [f"- and {count(len(left) - NAMED, 'more contact')}"] if len(left) > NAMED else []
    run = f"{told or 'Nothing had to be written'}. Run `{record.run}`."
    return [title, run, *(["\n".join([*named[:NAMED], *more])] if left else [])]
