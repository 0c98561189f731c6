"""Imports contacts of the account into a project's declarations: read, propose, check, write."""

from collections.abc import Iterator
from dataclasses import replace

from reconcile.errors import UsageError
from reconcile.importing.layout import SUFFIXES, Destination, FileLayout
from reconcile.importing.selection import SelectedContacts
from reconcile.journal.history import RunHistory, run_history
from reconcile.model.contact import Identity
from reconcile.model.edits import Omission
from reconcile.model.reports.importing import ImportedFile, ImportReport
from reconcile.services.accounts import check_clock, open_reader, warn_of_clock
from reconcile.services.caller import Console, nothing_written
from reconcile.services.git import checked_out_commit
from reconcile.services.project import Project

from .checked_proposal import CheckedProposal, CheckedProposer
from .contacts_folder import ContactsFolder, folder_name, place_in
from .file_transaction import write_files
from .plan_check import left_out
from .request import ImportRequest, select_contacts
from .snapshot import AccountSnapshot, SnapshotReader


def import_into_project(project: Project, console: Console, request: ImportRequest) -> ImportReport:
    """Write declarations for contacts of the account, unless it is a dry run; what was, or would be, written.

    UsageError: the request is unclear. InvalidScope: it means nobody. DeclarationError: the folder is invalid
    already. Refusal: somebody else changed a file meanwhile. Whatever is raised, no file is changed.
    """
    with nothing_written():  # no interrupt comes once the first file is in place
        return _import(project, console, request)


def _import(project: Project, console: Console, request: ImportRequest) -> ImportReport:
    request.refuse_unclear()
    destination = _destination(project, request)
    folder = ContactsFolder.read(project)
    snapshot = _read_account(project, console, request, folder)
    selection = select_contacts(snapshot, request.selectors, folder.loaded.declarations)
    destination = replace(destination, files=tuple(folder.files))
    checked = CheckedProposer(folder, snapshot, selection, destination, request.bundles).propose()
    _warn_of_uncommitted(project, checked, console)
    if checked.files and not request.dry_run:
        write_files(checked.files, console, folder.changed_files)
    return _report(checked, selection, snapshot, dry_run=request.dry_run)


def _warn_of_uncommitted(project: Project, checked: CheckedProposal, console: Console) -> None:
    """Say it where an edit may take back what somebody wrote and has neither applied nor committed."""
    files = [edit.file for edit in checked.proposal.files if edit.edited]
    commit = checked_out_commit(project.choice.checkout, files) if files else None
    if commit is not None and commit.dirty:
        console.note(
            "Note: files with entries that differ from the account had changes that no commit holds; an "
            "import makes these entries say what the account has: 'git diff' shows both together"
        )


def _destination(project: Project, request: ImportRequest) -> Destination:
    """Where new entries go; UsageError where they can't."""
    layout = FileLayout(request.layout)
    base = folder_name(project)
    inner = place_in(project, request.into) if request.into is not None else ""
    if layout is not FileLayout.SINGLE and inner.lower().endswith(SUFFIXES):
        raise UsageError(f"--layout {layout} makes several files: give a folder with --into, not a file")
    return Destination(f"{base}/{inner}" if inner else base, layout)


def _read_account(
    project: Project, console: Console, request: ImportRequest, folder: ContactsFolder
) -> AccountSnapshot:
    with console.progress() as progress, open_reader(project, console) as account:
        past = run_history(project.journals, account.connection.account)
        remembered = past.read_remembered()
        context = project.plan_context(account.connection.account, account.connection.capabilities)
        baseline = remembered.record.baseline() if remembered.record else None
        context = replace(context, remembered=remembered, baseline=baseline)
        declarations = folder.loaded.declarations
        least = _least(past, len(declarations))
        reader = SnapshotReader(account, context, declarations, request.selectors, least, progress)
        snapshot = reader.read()
        warn_of_clock(check_clock(project, account, past), console)
    return snapshot


def _least(past: RunHistory, declared: int) -> int:
    """How many contacts the account has at least, as far as is known; one look-up is never too many."""
    return max(past.contacts_before or 0, declared, 1)


def _report(
    checked: CheckedProposal, selection: SelectedContacts, snapshot: AccountSnapshot, *, dry_run: bool
) -> ImportReport:
    proposal, context = checked.proposal, snapshot.context
    out = {contact.id for contact in proposal.left_out}
    whole = [row for row in proposal.omissions if row.contact.id in out]
    return ImportReport(
        account=context.account,
        as_of=context.now,
        timezone=context.policy.timezone,
        dry_run=dry_run,
        files=tuple(_imported_files(checked)),
        unchanged=len(proposal.unchanged),
        holding_nothing=selection.holding_nothing,
        unmanaged=proposal.unmanaged,
        left_out=(*whole, *checked.excluded, *_unread(snapshot)),
        undeclarable=tuple(row for row in proposal.omissions if row.contact.id not in out),
        differing=checked.check.differing,
        unsettled=checked.check.unsettled,
    )


def _imported_files(checked: CheckedProposal) -> Iterator[ImportedFile]:
    edits = {edit.file: edit for edit in checked.proposal.files}
    for file in sorted(checked.files, key=lambda file: file.file):
        edit, before = edits[file.file], file.before
        numbers = len(edit.added), len(edit.edited), len(edit.bundles)
        old = None if before is None else before.decode()
        yield ImportedFile(file.file, *numbers, old, file.after.decode())


def _unread(snapshot: AccountSnapshot) -> Iterator[Omission]:
    """Contacts that could not be read, and those that the list shows in an odd form."""
    identities = {identity.id: identity for identity in snapshot.listing.identities}
    for number, reason in snapshot.unread.items():
        yield left_out(identities[number], reason, "")
    for number, fault in snapshot.listing.odd_rows.items():
        why = f"it is listed in a form that is not understood ({fault})"
        yield left_out(Identity(number, "", ""), why, "correct it in Evance")
