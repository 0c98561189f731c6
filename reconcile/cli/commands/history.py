"""``reconcile history``: what was applied from this checkout, by whom, and whether the journals are whole."""

import click

from reconcile.cli.completion import project_words
from reconcile.cli.formats import format_option, privacy_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode, UsageError
from reconcile.model.reports.history import RunList
from reconcile.model.settings import Privacy


@click.command(
    short_help="List the runs of apply, or tell what one did.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile history", "list the runs"),
        ("reconcile history last", "what the last one did, contact by contact"),
        ("reconcile history --contact bob@example.com", "what any of them did to Bob"),
        ("reconcile history --verify", "check that no journal was changed"),
    ],
    exits={
        ExitCode.FAILED: "a journal was changed or is missing",
        ExitCode.REFUSED: "refused: nobody said yes",
    },
)
@shared_options("config", "target", "quiet")
@click.argument("run", shell_complete=project_words.runs, required=False)
@click.option("--contact", metavar="CONTACT", help="Only runs that came to that contact, and what they did.")
@click.option("-n", "--limit", type=click.IntRange(1), metavar="N", help="Only the last N runs.")
@click.option("--verify", is_flag=True, help="Only check that no journal was changed or is missing.")
@click.option(
    "--retire",
    metavar="RUN",
    shell_complete=project_words.runs,
    help="Let later runs remember nothing of this one.",
)
@click.option("--yes", is_flag=True, help="Retire without asking; needed where there is no terminal.")
@format_option(RunList)
@privacy_option
def history(  # noqa: PLR0913 - an argument for each option
    common: Common,
    *,
    run: str | None,
    contact: str | None,
    limit: int | None,
    verify: bool,
    retire: str | None,
    yes: bool,
    form: str,
    privacy: Privacy | None,
) -> int:
    """List the runs of apply, the newest last, or tell what one RUN did, contact by contact.

    RUN is 'last', or a run's name, in full or in part. Retire a run whose machine had a wrong clock: it no
    longer counts as the last run.
    """
    from reconcile.services.history.reports import list_runs, show_run
    from reconcile.services.history.run_names import named_run
    from reconcile.services.journals import retire_run, verify_journals

    listing = contact is not None or limit is not None
    _refuse_contradictions(run, retire, verify=verify, listing=listing, yes=yes)
    project, console = common.open_project(), common.console
    if retire is not None:
        name = named_run(project, retire).name
        console.print_result(retire_run(project, name, console, confirm=not yes))
    elif verify:
        console.print_result("\n".join(verify_journals(project)))
    elif run is not None:
        show(console, show_run(project, run), form, privacy)
    else:
        show(console, list_runs(project, contact=contact, limit=limit), form, privacy)
    return ExitCode.DONE


def _refuse_contradictions(
    run: str | None, retire: str | None, *, verify: bool, listing: bool, yes: bool
) -> None:
    if sum((run is not None, verify, retire is not None)) > 1:
        raise UsageError("history shows one RUN, or checks with --verify, or retires with --retire: choose")
    if listing and (run is not None or verify or retire is not None):
        raise UsageError("--contact and --limit choose from the list: give no RUN, --verify or --retire")
    if yes and retire is None:
        raise UsageError("--yes answers what --retire asks: name the run with --retire, too")
