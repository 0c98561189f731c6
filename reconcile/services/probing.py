"""Probes an account: keeps how a scratch contact is, asks every question, brings the contact back."""

from collections.abc import Sequence
from pathlib import Path
from threading import Event

from reconcile import __version__
from reconcile.apply.lock import locked
from reconcile.errors import PartlyApplied, ReconcileError, UsageError
from reconcile.evance.api_client import Listener
from reconcile.evance.prober import Prober
from reconcile.model.reports.probe import ProbeReport
from reconcile.model.settings import Capabilities
from reconcile.probe.examine import examine
from reconcile.probe.runner import ProbeRun, ask_all, capabilities_from
from reconcile.probe.scratch import ScratchContact, Snapshot, load_snapshot, save_snapshot
from reconcile.render.escape import TERMINAL
from reconcile.render.probe import capabilities_yaml

from .accounts import connected
from .caller import Console
from .files import READABLE, write_file
from .planning.write_permission import write_permission
from .project import Project


def probe_account(
    project: Project, contact: str, console: Console, *, roles: Sequence[str], confirm: bool
) -> ProbeReport:
    """Find out how the account behaves, and bring the contact back; see `record_probe` for what comes after.

    ``roles`` are those that it may be given; none named: a few harmless ones. ``confirm``: ask before the
    first write. Refusal comes before any write.
    """
    project.refuse_another_time()
    path = snapshot_path(project, contact)
    with (
        locked(project.state / "lock"),
        connected(project, Capabilities(page_size=20)) as link,  # the longest page is yet to be found out
        Prober(link, contact, listener=Listener(console.trace, console.waiting, console.note)) as prober,
    ):
        write_permission(project).refuse_killed()
        earlier = load_snapshot(path, prober.connection.account, prober.id)
        scratch = examine(prober, project.settings.policy, project.now, roles=roles, earlier=earlier)
        _announce(scratch, earlier, console)
        if confirm:
            console.confirm("Probe this contact?", "probe")
        if not path.exists():
            save_snapshot(scratch.snapshot, path)
        return _report(scratch, _ask_all(scratch, project, console), project)


def record_probe(report: ProbeReport, project: Project, console: Console) -> None:
    """Write the capabilities down, and forget how the contact was once it is so again.

    PartlyApplied: the contact is not as it was. ReconcileError: the probe ended early.
    """
    path = snapshot_path(project, report.contact)
    if not report.stopped:
        write_file(project.capabilities_file, capabilities_yaml(report), READABLE)
        console.note(f"Written down in {project.capabilities_file.name}.")
    if report.not_restored:
        raise PartlyApplied(
            f"contact {report.contact} is not as it was: {', '.join(report.not_restored)}; how it was stands "
            f"in {path}: probe it again to have it brought back, or put it right by hand and delete the file"
        )
    path.unlink()
    if report.stopped:
        raise ReconcileError(f"{report.stopped}; the contact is as it was")


def snapshot_path(project: Project, contact: str) -> Path:
    """Where the contact is kept as it was. An id that is no number has no place in the name of a file."""
    if not (contact.isascii() and contact.isdigit()):
        raise UsageError(f"'{contact}' is not a contact's id: name the scratch contact by its number")
    return project.state / f"probe-{contact}.json"


def _announce(scratch: ScratchContact, earlier: Snapshot | None, console: Console) -> None:
    """What will be done to which contact, before anything is."""
    shown, where = scratch.snapshot.v1, TERMINAL.name(scratch.prober.connection.account)
    contact = f"{scratch.snapshot.contact} ({TERMINAL.name(str(shown.get('email') or 'no e-mail'))})"
    roles = ", ".join(TERMINAL.name(role.reference) for role in scratch.free) or "none"
    lines = [
        f"reconcile will probe {where} by writing to contact {contact}, and bring it back afterwards.",
        f"It may be given these roles for a while: {roles}",
        "Evance may mail the contact, and the shop about roles that wait for approval.",
    ]
    if earlier is not None:
        lines.append(f"An earlier probe was killed: the contact will be brought back to {earlier.taken}.")
    console.note("\n".join(lines))


_STOPPING = "stopping: the contact is brought back first"


def _ask_all(scratch: ScratchContact, project: Project, console: Console) -> ProbeRun:
    """Ask everything and bring the contact back; an interrupt ends the asking, not the bringing back."""
    interrupted, permission = Event(), write_permission(project)

    def stopped() -> bool:
        return interrupted.is_set() or permission.kill_reason() is not None

    with (
        console.on_interrupt(interrupted.set, _STOPPING),
        console.progress() as show_progress,
    ):

        def progress(question: str, done: int, total: int | None) -> None:
            show_progress("Probing", done, total)
            if question:
                console.trace(f"asking {question}")

        return ask_all(scratch, stopped=stopped, progress=progress)


def _report(scratch: ScratchContact, run: ProbeRun, project: Project) -> ProbeReport:
    account = scratch.prober.connection.account
    return ProbeReport(
        account=account,
        contact=scratch.snapshot.contact,
        as_of=project.now,
        tool_version=__version__,
        findings=run.findings,
        capabilities=capabilities_from(run.findings, account, project.target.update_method),
        not_restored=run.not_restored,
        stopped=run.stopped,
    )
