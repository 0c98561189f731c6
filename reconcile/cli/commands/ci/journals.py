"""``reconcile ci journals`` and ``ci keep``: what runs leave for later ones is fetched before, kept after."""

import os
from pathlib import Path

import click

from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode

from .group import branch_option, outputs_option, set_outputs, this_job


@click.command(
    short_help="Fetch the journals and the record of earlier runs.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile ci journals --target shop", "before a plan"),
    ],
    exits={
        ExitCode.REFUSED: "refused: something in .reconcile may be anybody's",
    },
)
@shared_options("config", "target", "as_of", "quiet", "verbose")
@click.option(
    "--hints", is_flag=True, help="Fetch the newest record alone, without a key: for plans of pull requests."
)
@branch_option
def journals(common: Common, *, hints: bool, branch: str | None) -> int:
    """Fetch the newest record and the journals that guards and drift go by.

    What is not signed with RECONCILE_JOURNAL_KEY is ignored, and said. Refuses with 3 where something in
    .reconcile is under Git, since it would be taken for earlier runs.
    """
    from reconcile.services.pipeline.bundles import journal_keys
    from reconcile.services.pipeline.journals import fetch_journals

    project, job = common.open_project(), this_job()
    keys = None if hints else journal_keys(os.environ, project.target)
    fetch_journals(project, job, keys, common.console, branch or job.base or job.branch)
    return ExitCode.DONE


@click.command(
    short_help="Put what this run has written where it can be kept.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile ci keep --target shop --out kept", "after the writing step"),
    ],
    exits={ExitCode.REFUSED: "refused: a journal is there whose origin is not known"},
)
@shared_options("config", "target", "as_of", "quiet")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder; in it one for each artifact, of that name.",
)
@outputs_option
def keep(common: Common, *, out: Path) -> int:
    """Put this run's own journals, signed, into a folder for each artifact, and the record where it is due.

    To be called after the writing step whatever became of it. The outputs journal, idle and record say which
    there are: either journal or idle, and sometimes record.
    """
    from reconcile.services.pipeline.bundles import job_identity, journal_keys
    from reconcile.services.pipeline.keep import JournalKeeping

    project, job = common.open_project(), this_job()
    keeping = JournalKeeping(
        project, job_identity(project, job), journal_keys(os.environ, project.target), out
    )
    try:
        keeping.run()
    finally:
        set_outputs(**{kind.value: str(there).lower() for kind, there in keeping.kept.items()})
    kinds = [kind.value for kind, there in keeping.kept.items() if there]
    common.console.note(f"To be kept: {', '.join(kinds)}.")
    return ExitCode.DONE
