"""``reconcile show``: a saved plan in any format, or what a run did."""

from pathlib import Path

import click

from reconcile.cli.completion import project_words
from reconcile.cli.formats import concise_option, format_option, privacy_option
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode, UsageError
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import Privacy


@click.command(
    short_help="Show a saved plan, or what a run did.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile show plan.json", "a saved plan as text"),
        ("reconcile show plan.json --format html > plan.html", "as a page"),
        ("reconcile show last", "what the last run did"),
    ],
    exits={ExitCode.REFUSED: "the file is no plan, or of a version that this one can't read"},
)
@shared_options("config", "target", "quiet")
@click.argument("shown", metavar="PLAN.json|RUN", shell_complete=project_words.runs_or_files)
@format_option(Plan)
@privacy_option
@concise_option
def show(common: Common, shown: str, form: str, privacy: Privacy | None, *, concise: bool | None) -> int:
    """Show a saved plan. Whether it still fits the account is for 'apply' to say.

    With a RUN, which is 'last' or a name as 'reconcile history' has it, in full or in part: what that run
    did, as text or JSON. A file of that name wins over a run.
    """
    if Path(shown).exists() or "/" in shown or "." in shown:
        _show_plan(common, Path(shown), form, privacy, concise=concise)
    else:
        _show_run(common, shown, form, privacy)
    return ExitCode.DONE


def _show_plan(
    common: Common, file: Path, form: str, privacy: Privacy | None, *, concise: bool | None
) -> None:
    from reconcile.cli import formats
    from reconcile.cli.output import print_error
    from reconcile.plan.approval import has_own_digest
    from reconcile.services.files import read_plan_file

    plan = read_plan_file(file)
    if not has_own_digest(plan):
        print_error(f"{file}: its content does not have the digest it names: it was masked or changed")
    formats.show(common.console, plan, form, privacy, concise=concise)


def _show_run(common: Common, name: str, form: str, privacy: Privacy | None) -> None:
    from reconcile.cli import formats
    from reconcile.model.reports.history import SingleRun
    from reconcile.render.registry import formats_of
    from reconcile.services.history.reports import show_run

    known = [row.name for row in formats_of(SingleRun)]
    if form not in known:
        raise UsageError(f"a run is shown as {' or '.join(known)}, not as {form}; that is for a saved plan")
    formats.show(common.console, show_run(common.open_project(), name), form, privacy)
