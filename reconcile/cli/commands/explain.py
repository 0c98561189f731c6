"""``reconcile explain``: why one contact holds what it holds, what an apply would do, and what comes next."""

import click

from reconcile.cli.options import Common, common_options
from reconcile.cli.plan_output import masked, privacy_option
from reconcile.errors import ExitCode, UsageError
from reconcile.model.explanation import Explanation
from reconcile.model.settings import Privacy

FORMATS = ("text", "json")


@click.command()
@common_options
@click.argument("contact")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="The form."
)
@privacy_option
def explain(common: Common, contact: str, form: str, privacy: str | None) -> int:
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
    asked = Privacy(privacy) if privacy else None
    console.print_result(render_explanation(found, form, asked, project.settings.privacy))
    return ExitCode.DONE


def render_explanation(found: Explanation, form: str, privacy: Privacy | None, configured: Privacy) -> str:
    """The explanation in a form, masked like a plan."""
    from reconcile.cli import console
    from reconcile.render.explanation import explanation_json, explanation_text, mask_explanation

    shown = mask_explanation(found) if masked(form, privacy, configured) else found
    if form == "json":
        return explanation_json(shown)
    return explanation_text(shown, colour=console.colour(), width=console.width())
