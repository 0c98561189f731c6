"""``reconcile ci``: the group of its commands, and the options, environment and outputs that they share."""

import os
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.commands.table import CI_STEPS, ImportedCommands
from reconcile.cli.help import CommandGroup
from reconcile.cli.shared_options import options_before_commands

if TYPE_CHECKING:
    from reconcile.forge.environment import CiEnvironment
    from reconcile.services.pipeline.merges.main_job import MainJob


@click.group(
    cls=CommandGroup,
    commands=ImportedCommands(CI_STEPS),
    short_help="Do a step of a CI job: the comment, the plan, the result.",
)
@options_before_commands
def ci() -> None:
    """Steps of a CI job: what a merge would do, preview and apply, journals, what people are told.

    The repository, the commit and the pull request are taken from the job's environment (GITHUB_* or CI_*),
    and so are the tokens: GITHUB_TOKEN, or RECONCILE_GITLAB_NOTE_TOKEN and RECONCILE_GITLAB_READ_TOKEN.
    """


author_option = click.option(
    "--author", metavar="LOGIN", help="Whose comments are ours; by default github-actions[bot]."
)

branch_option = click.option("--branch", metavar="NAME", help="The branch, if not the job's own.")


def this_job() -> "CiEnvironment":
    """The environment of this job; UsageError when it is none."""
    from reconcile.forge.forges import ci_environment

    return ci_environment(os.environ)


def main_job(environment: "CiEnvironment", branch: str | None) -> "MainJob":
    """The job as one of the main branch; UsageError when the forge does not tell its run."""
    from reconcile.errors import UsageError
    from reconcile.services.pipeline.merges.main_job import MainJob

    if environment.run_id is None:
        raise UsageError("the number of this run is not set: the command runs in a CI job, which sets it")
    return MainJob(
        evidence=environment.evidence,
        repository=environment.repository,
        branch=branch or environment.default_branch or environment.branch,
        ref=environment.ref,
        commit=environment.commit,
        run=environment.run_id,
        attempt=environment.attempt,
        visibility=environment.visibility,
        event=environment.event,
    )


_outputs: ContextVar[Path | None] = ContextVar("outputs", default=None)
"""The file that was named for outputs, in place of the one of GitHub's environment."""


def _keep_outputs(_context: click.Context, _option: click.Parameter, path: Path | None) -> None:
    _outputs.set(path)


outputs_option = click.option(
    "--outputs",
    type=click.Path(path_type=Path, dir_okay=False),
    expose_value=False,
    is_eager=True,
    callback=_keep_outputs,
    metavar="FILE",
    help="Where to add what later jobs go by, as NAME=VALUE; by default GITHUB_OUTPUT, if set.",
)


SUMMARY_LIMIT = 1024 * 1024
"""Maximum size of one step's summary in bytes, by GitHub's rule."""


def add_to_summary(text: str) -> None:
    """Add Markdown to the summary of the job, where the forge has such a thing and it has room left."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    path = Path(name) if name else None
    if path is None:
        return
    size = path.stat().st_size if path.exists() else 0
    if size + len(text.encode("utf-8")) < SUMMARY_LIMIT:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")


def set_outputs(**values: str) -> None:
    """Hand values to later steps of the job, where it takes them. Each is a single line of our own."""
    named, path = _outputs.get(), os.environ.get("GITHUB_OUTPUT")
    if named is not None or path:
        with Path(named or path or "").open("a", encoding="utf-8") as file:
            file.writelines(f"{name.replace('_', '-')}={value}\n" for name, value in values.items())
