"""``reconcile history``: what was applied from this checkout, by whom, and whether the journals are whole."""

from datetime import date

import click

from reconcile.cli.completion import project_words
from reconcile.cli.formats import format_option, privacy_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.clock import parse_day
from reconcile.errors import ExitCode, UsageError
from reconcile.model.reports.history import RunList
from reconcile.model.settings import Privacy
from reconcile.text import quoted


@click.command(
    short_help="List the runs of apply, or tell what one did.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile history", "list the runs"),
        ("reconcile history last", "what the last one did, contact by contact"),
        ("reconcile history --contact bob@example.com", "what any of them did to Bob"),
        ("reconcile history --who-had press --on 2026-11-23", "who held a role that day"),
        ("reconcile history --verify", "check that no journal was changed"),
    ],
    exits={
        ExitCode.FAILED: "a journal was changed or is missing",
        ExitCode.REFUSED: "refused: nobody said yes",
    },
)
@shared_options("config", "target", "quiet")
@click.argument("run", shell_complete=project_words.runs, required=False)
@click.option(
    "--contact",
    metavar="CONTACT",
    shell_complete=project_words.contacts,
    help="Only runs that came to that contact, and what they did.",
)
@click.option("-n", "--limit", type=click.IntRange(1), metavar="N", help="Only the last N runs.")
@click.option(
    "--who-had",
    metavar="ROLE",
    shell_complete=project_words.roles,
    help="Who held ROLE on a day, as far as runs prove it.",
)
@click.option("--on", metavar="DATE", help="The day that --who-had asks about, such as 2026-11-23.")
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
    who_had: str | None,
    on: str | None,
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
    from reconcile.services.history.who_had import holders_on
    from reconcile.services.journals import retire_run, verify_journals

    listing = contact is not None or limit is not None
    asked = (run is not None, verify, retire is not None, who_had is not None)
    _refuse_contradictions(asked, listing=listing, yes=yes and retire is None)
    day = _day(who_had, on)
    project, console = common.open_project(), common.console
    if retire is not None:
        name = named_run(project, retire).name
        console.print_result(retire_run(project, name, console, confirm=not yes))
    elif who_had is not None and day is not None:
        show(console, holders_on(project, who_had, day, console), form, privacy)
    elif verify:
        console.print_result("\n".join(verify_journals(project)))
    elif run is not None:
        show(console, show_run(project, run), form, privacy)
    else:
        show(console, list_runs(project, contact=contact, limit=limit), form, privacy)
    return ExitCode.DONE


def _refuse_contradictions(asked: tuple[bool, ...], *, listing: bool, yes: bool) -> None:
    if sum(asked) > 1:
        raise UsageError(
            "history shows one RUN, or does what --verify, --retire or --who-had asks for: choose one"
        )
    if listing and any(asked):
        raise UsageError(
            "--contact and --limit choose from the list: give no RUN, --verify, --retire or --who-had"
        )
    if yes:
        raise UsageError("--yes answers what --retire asks: name the run with --retire, too")


def _day(who_had: str | None, on: str | None) -> date | None:
    """The day that is asked about; UsageError where only one of the two options is given, or it is no day."""
    if (who_had is None) is not (on is None):
        raise UsageError("--who-had ROLE and --on DATE go together: give both")
    try:
        day = parse_day(on) if on is not None else None
    except ValueError:
        day = None
    if on is not None and day is None:
        raise UsageError(f"--on takes a day such as 2026-11-23, and {quoted(on)} is none")
    return day
