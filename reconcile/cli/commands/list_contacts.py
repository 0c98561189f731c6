"""``reconcile list``: who holds what in the live account."""

from typing import Any

import click

from reconcile.cli.contact_options import FURTHEST_DAYS, selector_options
from reconcile.cli.formats import format_option, privacy_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode
from reconcile.model.reports.account_lists import (
    ContactList,
    HoldingStatus,
    ListSelectors,
    RoleList,
)
from reconcile.model.settings import Privacy
from reconcile.text import count


@click.command(
    "list",
    short_help="Show who holds which roles and tags in the account.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile list --role trade-account", "who holds that role"),
        ("reconcile list --tag vip --type user --format csv", "for a spreadsheet"),
        ("reconcile list roles", "every role with its holders"),
        ("reconcile list roles --expires-within 30", "which access ends soon"),
    ],
    exits={ExitCode.FAILED: "failed, or the account could not be listed whole"},
)
@shared_options("config", "target", "as_of", "quiet", "verbose", "bars")
@click.argument("what", type=click.Choice(["contacts", "roles"]), default="contacts")
@selector_options
@click.option(
    "--status",
    type=click.Choice([status.value for status in HoldingStatus]),
    callback=lambda _ctx, _param, value: HoldingStatus(value) if value else None,
    help="Those that hold a role (that of --role, if given) in that way.",
)
@click.option(
    "--expires-within",
    type=click.IntRange(0, FURTHEST_DAYS),
    metavar="DAYS",
    help="Those whose role (that of --role, if given) expires in the days to come.",
)
@format_option(ContactList)
@privacy_option
def list_contacts(common: Common, what: str, form: str, privacy: Privacy | None, **asked: Any) -> int:
    """Show the live account: its contacts with their roles and tags, or its roles with their holders.

    WHAT is contacts or roles. No declaration is read, and none is needed: a configuration is enough. The
    selectors can be given several times; a contact is listed if it meets one of each kind.
    """
    from reconcile.services.listing import account_lists

    lists = account_lists.list_roles if what == "roles" else account_lists.list_contacts
    found = lists(common.open_project(), ListSelectors(**asked), common.console)
    show(common.console, found, form, privacy)
    if form != "text":
        _warn(common, found)
    return ExitCode.FAILED if found.head.gap else ExitCode.DONE


def _warn(common: Common, found: ContactList | RoleList) -> None:
    """Say it where a program takes the list, and a person may take it for whole."""
    if found.head.gap:
        common.console.note(f"Warning: the account could not be listed whole: {found.head.gap}")
    if found.head.uncertain:
        number = count(len(found.head.uncertain), "contact")
        common.console.note(f"Warning: the account did not tell {number} in full; see the list")
