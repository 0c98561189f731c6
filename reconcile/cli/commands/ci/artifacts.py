"""The steps of a CI job that fetch something: the approved plan, journals and records of earlier jobs."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, Refusal

from .group import author_option, branch_option, commit_option, salt_file, set_outputs, this_job

if TYPE_CHECKING:
    from reconcile.forge.approved_plan import ApprovedPlan


@click.command("approved-plan", short_help="Find the plan that was approved in the pull request.")
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

    Refuses with 3, and says why, when any link is missing: the merge, our comment, its seal, the artifact.
    The plan's salt is put beside it, for 'ci applied'.
    """
    from reconcile.forge.approved_plan import PlanSource, find_approved_plan

    project, job = common.open_project(), this_job()
    branch = given["branch"] or job.branch
    source = PlanSource(given["author"] or job.author, project.target.name, branch, workflow, artifact)
    approved = find_approved_plan(job.forge, given["commit"] or job.commit, source)
    _write(approved, out)
    set_outputs(pull_request=str(approved.merged.number))
    common.console.note(f"Pull request {approved.merged.number} approved the plan that is now in {out}.")
    return ExitCode.DONE


def _write(approved: "ApprovedPlan", out: Path) -> None:
    """Write the plan and its salt, unless it is not the one that our comment speaks of."""
    from reconcile.services.files import read_approved_plan, write_file

    try:
        write_file(out, approved.content.decode("utf-8"))
        _refuse_other(approved, read_approved_plan(out, None).digest)
        write_file(salt_file(out), approved.salt)
    except UnicodeError:
        raise Refusal("the artifact does not hold a plan; nothing was written") from None
    except Refusal:
        out.unlink()
        raise


def _refuse_other(approved: "ApprovedPlan", digest: str) -> None:
    if not approved.has(digest):
        raise Refusal(
            "the artifact holds another plan than the one that our comment seals; nothing was written; "
            "plan again in a pull request"
        )


_RUN = r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}"

_JOURNAL, _RECORD = re.compile(rf"{_RUN}\.jsonl", re.ASCII), re.compile(rf"{_RUN}\.json", re.ASCII)


@click.command("earlier-journals", short_help="Fetch journals as the flow before this one does.")
@common_options
@click.option(
    "--workflow",
    "workflows",
    multiple=True,
    default=("apply.yml", "drift.yml"),
    show_default=True,
    help="The workflows that leave journals.",
)
@branch_option
def earlier_journals(common: Common, workflows: tuple[str, ...], branch: str | None) -> int:
    """Fetch the journals and records of earlier runs.

    Guards, spent overrides and drift go by them, and which contact each entry is about.
    """
    from reconcile.forge.artifacts import earlier_journals as all_earlier
    from reconcile.forge.github.comments import require_github
    from reconcile.journal.durable_files import make_own_folder
    from reconcile.journal.record import records_folder
    from reconcile.text import count

    project, job = common.open_project(), this_job()
    folder, records = project.journals, records_folder(project.journals)
    for made in (folder, records):
        make_own_folder(made)
    github = require_github(job.forge)
    for path, content in all_earlier(github, workflows, branch or job.branch, job.run_id):
        name = path.rpartition("/")[2]
        if _JOURNAL.fullmatch(name):
            _keep(folder / name, content)
        elif _RECORD.fullmatch(name):
            _keep(records / name, content)
    common.console.note(f"{count(len(list(folder.glob('*.jsonl'))), 'journal')} of earlier runs.")
    return ExitCode.DONE


def _keep(path: Path, content: bytes) -> None:
    """Write a journal or record, unless the one that is there is longer: a journal only ever grows."""
    from reconcile.services.files import write_file

    if not path.exists() or path.stat().st_size < len(content):
        write_file(path, content.decode("ascii", "replace"))
