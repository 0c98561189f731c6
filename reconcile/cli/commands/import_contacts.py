"""``reconcile import``: declarations for contacts that the account has already."""

from pathlib import Path
from typing import Any

import click

from reconcile.cli.completion import project_words
from reconcile.cli.contact_options import selector_options
from reconcile.cli.formats import render
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode


@click.command(
    "import",
    short_help="Write declarations for contacts that the account has.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile import --all", "everybody who holds a role or tag"),
        (
            "reconcile import --role trade-account --into trade/",
            "one role's holders, into a folder of their own",
        ),
        ("reconcile import --email bob@example.com --dry-run", "one contact, only to look"),
    ],
    exits={
        ExitCode.REFUSED: "refused, nothing written: a plan would not be empty, or a file changed",
    },
)
@common_options
@click.option("--all", "everyone", is_flag=True, help="All contacts that hold a role or tag to be managed.")
@selector_options
@click.option(
    "--email",
    "emails",
    metavar="EMAIL",
    shell_complete=project_words.emails,
    multiple=True,
    help="The users of that address.",
)
@click.option("--id", "ids", metavar="ID", multiple=True, help="The contact of that id.")
@click.option("--reference", "references", metavar="TEXT", multiple=True, help="Those of that reference.")
@click.option(
    "--layout",
    type=click.Choice(["single", "by-role", "by-tag"]),
    default="single",
    show_default=True,
    help="One file for new entries, or one for each role or tag.",
)
@click.option("--bundles", is_flag=True, help="Make bundles of roles and tags that many contacts share.")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The file or folder for new entries, in the contacts folder.  [default: the folder itself]",
)
@click.option("--dry-run", is_flag=True, help="Print the diff and write nothing.")
def import_contacts(common: Common, **asked: Any) -> int:
    """Write declarations for contacts as they are now, so that a plan right after it is empty.

    The selectors say which contacts, and can be given several times. A contact counts that meets one of each
    kind; those by name (--email, --id, --reference) are one kind. Contacts that are declared already are
    edited where they stand, and only where they differ; all others get a new entry. The plan is checked
    before anything is written.
    """
    from reconcile.services.importing.import_contacts import import_into_project
    from reconcile.services.importing.request import ImportRequest

    request = ImportRequest(**asked)
    report = import_into_project(common.open_project(), common.console, request)
    concise = False if common.console.verbose else None
    if request.dry_run:
        # The diff alone is the result, so that it can be handed to `git apply`.
        common.console.print_exactly(render(report, "diff"))
        common.console.note(render(report, "text", concise=concise).rstrip())
    else:
        common.console.print_result(render(report, "text", concise=concise))
    return ExitCode.DONE
