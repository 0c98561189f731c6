"""``reconcile explain``: why one contact holds what it holds, what an apply would do, and what comes next."""

import click

from reconcile.cli.formats import format_option, privacy_option, render
from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, UsageError
from reconcile.model.explanation import Explanation
from reconcile.model.settings import Privacy


@click.command()
@common_options
@click.argument("contact")
@format_option(Explanation)
@privacy_option
def explain(common: Common, contact: str, form: str, privacy: Privacy | None) -> int:
    """Say which line, bundle, mode or window gives or withholds each role and tag of one contact.

    CONTACT is its e-mail, reference or id, declared or live. Also said is how each item is now, what an apply
    now would do with it, and when that next changes.
    """
    from reconcile.cli import console
    from reconcile.cli.account import open_reader
    from reconcile.cli.project import open_project
    from reconcile.services.explaining import explain_one_contact

    if not contact.strip():
        raise UsageError("CONTACT is empty: give the contact's e-mail, reference or id")
    project = open_project(common)
    declarations = project.load().declarations
    with console.progress(common) as progress, open_reader(project, common) as account:
        scene = project.scene(account.connection.account)
        found = explain_one_contact(declarations, contact.strip(), account, scene, progress)
    console.print_result(render(found, form, privacy, project.settings.privacy))
    return ExitCode.DONE
