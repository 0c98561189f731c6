"""``reconcile explain``: why one contact holds what it holds, what an apply would do, and what comes next."""

import click

from reconcile.cli.completion import project_words
from reconcile.cli.formats import format_option, privacy_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, UsageError
from reconcile.model.reports.explanation import Explanation
from reconcile.model.settings import Privacy


@click.command(
    short_help="Say why one contact has what it has, and what comes next.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile explain bob@example.com", "by e-mail"),
        ("reconcile explain 13 --as-of 2027-01-01", "by id, as it will be then"),
    ],
)
@common_options
@click.argument("contact", shell_complete=project_words.contacts)
@format_option(Explanation)
@privacy_option
def explain(common: Common, contact: str, form: str, privacy: Privacy | None) -> int:
    """Say which line, bundle, mode or window gives or withholds each role and tag of one contact.

    CONTACT is its e-mail, reference or id, declared or live. Also said is how each item is now, what an apply
    now would do with it, and when that next changes. A live contact needs no declaration.
    """
    from reconcile.services.explaining import explain_in_project

    if not contact.strip():
        raise UsageError("CONTACT is empty: give the contact's e-mail, reference or id")
    project = common.open_project()
    show(common.console, explain_in_project(project, contact.strip(), common.console), form, privacy)
    return ExitCode.DONE
