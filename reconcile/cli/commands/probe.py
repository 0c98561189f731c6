"""``reconcile probe``: find out what the API's documents leave open."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.formats import format_option, render
from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode, PartlyApplied, ReconcileError, Refusal, UsageError
from reconcile.model.probe_report import ProbeReport

if TYPE_CHECKING:
    from reconcile.cli.project import Project
    from reconcile.evance.prober import Prober
    from reconcile.probe.runner import ProbeRun
    from reconcile.probe.scratch import ScratchContact
    from reconcile.probe.snapshot import Snapshot


@click.command()
@common_options
@click.argument("contact", metavar="CONTACT_ID")
@click.option("--role", "roles", multiple=True, metavar="REFERENCE", help="A role it may be given meanwhile.")
@click.option("--yes", is_flag=True, help="Probe without asking; needed where there is no terminal.")
@format_option(ProbeReport, about=None)
def probe(common: Common, contact: str, roles: tuple[str, ...], yes: bool, form: str) -> int:  # noqa: FBT001
    """Find out how a development account behaves where its documents are silent.

    CONTACT_ID is a scratch contact: it gets other roles, tags and fields for a while and is brought back.
    What was found out goes into evance.capabilities.yaml, which all other commands go by.
    """
    from reconcile.apply.lock import locked
    from reconcile.cli.account import open_prober
    from reconcile.cli.confirm import confirm
    from reconcile.cli.project import open_project
    from reconcile.probe.examine import examine

    from .apply import refuse_another_time

    project = open_project(common)
    refuse_another_time(common, project)
    image = _file_of(project, contact)
    with locked(project.state / "lock"), open_prober(project, contact, common) as prober:
        _refuse_killed(project)
        earlier = _left_behind(image, prober)
        scratch = examine(prober, project.settings.policy, project.now, roles=roles, earlier=earlier)
        _say_what_will_be_done(scratch, earlier, common)
        if not yes:
            confirm("Probe this contact?", "probe")
        probed = _probe(scratch, project, image, common)
    return _conclude(probed, project, image, form, common)


def _killed(project: "Project") -> str | None:
    from reconcile.apply.preflight import kill_switch

    return kill_switch(project.settings.applying, os.environ, project.state)


def _refuse_killed(project: "Project") -> None:
    reason = _killed(project)
    if reason is not None:
        raise Refusal(f"{reason}; nothing was written")


def _file_of(project: "Project", contact: str) -> Path:
    """Where the contact is kept as it was. An id that is no number has no place in the name of a file."""
    if not (contact.isascii() and contact.isdigit()):
        raise UsageError(f"'{contact}' is not a contact's id: name the scratch contact by its number")
    return project.state / f"probe-{contact}.json"


def _left_behind(image: Path, prober: "Prober") -> "Snapshot | None":
    from reconcile.probe.snapshot import load_snapshot

    return load_snapshot(image, prober.connection.account, prober.id)


def _say_what_will_be_done(scratch: "ScratchContact", earlier: "Snapshot | None", common: Common) -> None:
    from reconcile.cli import console
    from reconcile.cli.console import terminal_name

    shown, account = scratch.image.v1, scratch.prober.connection.account
    who = f"{scratch.image.contact} ({terminal_name(str(shown.get('email') or 'no e-mail'))})"
    where = terminal_name(account)
    roles = ", ".join(terminal_name(role.reference) for role in scratch.free) or "none"
    lines = [
        f"reconcile will probe {where} by writing to contact {who}, and bring it back afterwards.",
        f"It may be given these roles for a while: {roles}",
        "Evance may mail the contact, and the shop about roles that wait for approval.",
    ]
    if earlier is not None:
        lines.append(f"An earlier probe was killed: the contact will be brought back to {earlier.taken}.")
    console.note("\n".join(lines), common)


def _probe(scratch: "ScratchContact", project: "Project", image: Path, common: Common) -> ProbeReport:
    """Keep how the contact is, ask everything, bring it back; a signal ends the asking, not the rest."""
    from reconcile.cli import console
    from reconcile.cli.signals import asked_to_stop
    from reconcile.probe.runner import ask_all
    from reconcile.probe.snapshot import save_snapshot

    if not image.exists():
        save_snapshot(scratch.image, image)
    with asked_to_stop(_tell) as stop, console.progress(common) as bar:

        def progress(name: str, done: int, total: int | None) -> None:
            bar("Probing", done, total)
            if common.verbose and name:
                console.note(f"asking {name}", common)

        def stopped() -> bool:
            return stop.is_set() or _killed(project) is not None

        ended = ask_all(scratch, stopped=stopped, progress=progress)
    return _probed(scratch, ended, project)


def _tell() -> None:
    click.echo("stopping: the contact is brought back first", err=True)


def _probed(scratch: "ScratchContact", ended: "ProbeRun", project: "Project") -> ProbeReport:
    from reconcile import __version__
    from reconcile.probe.capabilities import capabilities_from

    account = scratch.prober.connection.account
    known = capabilities_from(ended.findings, account, project.target.update_method)
    return ProbeReport(
        account,
        scratch.image.contact,
        project.now,
        __version__,
        ended.findings,
        known,
        ended.not_restored,
        ended.stopped,
    )


def _conclude(probed: ProbeReport, project: "Project", image: Path, form: str, common: Common) -> int:
    """Say and write down what was found out; raise when it is not all, or the contact is not as it was."""
    from reconcile.cli import console
    from reconcile.render.probe import capabilities_yaml
    from reconcile.services.output_files import write_shared

    console.print_result(render(probed, form, configured=project.settings.privacy))
    if not probed.stopped:
        write_shared(project.capabilities_file, capabilities_yaml(probed))
        console.note(f"Written down in {project.capabilities_file.name}.", common)
    if probed.not_restored:
        raise PartlyApplied(
            f"contact {probed.contact} is not as it was: {', '.join(probed.not_restored)}; how it was stands "
            f"in {image}: probe it again to have it brought back, or put it right by hand and delete the file"
        )
    image.unlink()
    if probed.stopped:
        raise ReconcileError(f"{probed.stopped}; the contact is as it was")
    return ExitCode.DONE
