"""``reconcile drift``: what differs from declarations that were applied before, and what happened."""

from functools import partial
from pathlib import Path

import click

from reconcile.cli.completion import project_words
from reconcile.cli.formats import concise_option, format_option, privacy_option, render, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, common_options, refresh_option
from reconcile.errors import ExitCode, UsageError
from reconcile.model.reports.drift import Drift
from reconcile.model.settings import Privacy


@click.command(
    short_help="Say what happened to the account since the last apply.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile drift", "say what happened since the declarations were applied"),
        ("reconcile drift --format json", "the same for a program"),
        ("reconcile drift --adopt bob@email.com", "write what was changed outside into Bob's entry"),
    ],
    exits={
        ExitCode.DONE: "nothing differs; with --adopt: all was adopted",
        ExitCode.CHANGES: "something differs; with --adopt: something is left",
        ExitCode.REFUSED: "a file changed meanwhile, or not all could be seen; none written",
    },
)
@common_options
@refresh_option
@format_option(Drift)
@privacy_option
@concise_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as JSON.")
@click.option("--adopt", is_flag=True, help="Write what was changed outside into the declarations.")
@click.option("--dry-run", is_flag=True, help="With --adopt: print the diff and write nothing.")
@click.argument("contacts", metavar="[CONTACT]...", nargs=-1, shell_complete=project_words.contacts)
def drift(  # noqa: PLR0913 - an argument for each option
    common: Common,
    *,
    refresh: bool,
    form: str,
    privacy: Privacy | None,
    concise: bool | None,
    out: Path | None,
    adopt: bool,
    dry_run: bool,
    contacts: tuple[str, ...],
) -> int:
    """Say what happened outside, and adopt it where it was right.

    An item was changed outside (since when, and what it was before), started or ended by the clock, left over
    from an interrupted run, or is not applied yet. What is due by the clock alone, 'apply --due' applies.

    With --adopt, what was changed outside is written into the YAML, comments kept: of the CONTACTs that are
    named by e-mail, reference or id, else of all. Nothing is written to the account. The exit code is 2 when
    something else is left that differs.
    """
    if adopt:
        _refuse_unfit(form=form, out=out)
        return _adopt(common, contacts, privacy, concise=concise, dry_run=dry_run)
    if contacts or dry_run:
        raise UsageError("drift is about all contacts; CONTACT and --dry-run go with --adopt")
    from reconcile.documents.reports import drift_json
    from reconcile.services.files import write_file
    from reconcile.services.planning.kept_declarations import open_declarations
    from reconcile.services.planning.kept_readings import open_readings
    from reconcile.services.planning.project_plan import check_drift

    project, readings = common.open_project(), partial(open_readings, refresh=refresh)
    loads = open_declarations(project, refresh=refresh)
    differences = check_drift(project, common.console, readings, loads)
    if out is not None:
        write_file(out, drift_json(differences))
    show(common.console, differences, form, privacy, concise=concise)
    return ExitCode.CHANGES if differences.plan.pending else ExitCode.DONE


def _refuse_unfit(*, form: str, out: Path | None) -> None:
    if form != "text" or out is not None:
        raise UsageError("--adopt writes declarations and tells it as text: leave --format and --out out")


def _adopt(
    common: Common, contacts: tuple[str, ...], privacy: Privacy | None, *, concise: bool | None, dry_run: bool
) -> int:
    from reconcile.services.importing.adopting import adopt_drift

    report = adopt_drift(common.open_project(), common.console, contacts, dry_run=dry_run)
    if dry_run:
        # The diff alone is the result, so that it can be handed to `git apply`.
        common.console.print_exactly(render(report, "diff", privacy))
        common.console.note(render(report, "text", privacy, concise=concise).rstrip())
    else:
        show(common.console, report, "text", privacy, concise=concise)
    return ExitCode.CHANGES if report.left else ExitCode.DONE
