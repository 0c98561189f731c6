"""``reconcile ci journals``: the journals of earlier jobs, on a machine that knows of none."""

import re
from pathlib import Path

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode

from .job import branch_option, this_job

_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}\.jsonl", re.ASCII)


@click.command()
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
def journals(common: Common, workflows: tuple[str, ...], branch: str | None) -> int:
    """Fetch the journals of earlier runs: guards, spent overrides and drift go by them."""
    from reconcile.forge.artifacts import earlier_journals
    from reconcile.services.project import open_project
    from reconcile.text import count

    project, job = open_project(common.choice, common.console), this_job()
    folder = project.journals
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path, content in earlier_journals(job.github, workflows, branch or job.branch, job.run_id):
        name = path.rpartition("/")[2]
        if _NAME.fullmatch(name):
            _keep(folder / name, content)
    common.console.note(f"{count(len(list(folder.glob('*.jsonl'))), 'journal')} of earlier runs.")
    return ExitCode.DONE


def _keep(path: Path, content: bytes) -> None:
    """Write a journal, unless the one that is there is longer: a journal only ever grows."""
    from reconcile.services.files import write_private

    if not path.exists() or path.stat().st_size < len(content):
        write_private(path, content.decode("ascii", "replace"))
