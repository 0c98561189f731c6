"""``reconcile probe``: find out what the API's documents leave open."""

import click

from reconcile.cli.formats import format_option, show
from reconcile.cli.help import HelpfulCommand
from reconcile.cli.options import Common, shared_options
from reconcile.errors import ExitCode
from reconcile.model.reports.probe import ProbeReport


@click.command(
    short_help="Find out what the API's documents leave open.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile probe 4711 --target development", "ask by the scratch contact 4711"),
    ],
    exits={
        ExitCode.REFUSED: "refused, nothing written: nobody said yes, or it is no scratch contact",
        ExitCode.PARTLY_APPLIED: "the scratch contact is not as it was before",
    },
)
@shared_options("config", "target", "as_of", "quiet", "verbose", "bars")
@click.argument("contact", metavar="CONTACT_ID")
@click.option("--role", "roles", multiple=True, metavar="REFERENCE", help="A role it may be given meanwhile.")
@click.option("--yes", is_flag=True, help="Probe without asking; needed where there is no terminal.")
@format_option(ProbeReport)
def probe(common: Common, contact: str, roles: tuple[str, ...], yes: bool, form: str) -> int:  # noqa: FBT001
    """Find out how a development account behaves where its documents are silent.

    CONTACT_ID is a scratch contact: it gets other roles, tags and fields for a while and is brought back.
    What was found out goes into evance.capabilities.yaml, which all other commands go by.
    """
    from reconcile.services.probing import probe_account, record_probe

    project = common.open_project()
    report = probe_account(project, contact, common.console, roles=roles, confirm=not yes)
    show(common.console, report, form)
    record_probe(report, project, common.console)
    return ExitCode.DONE
