"""The law of an import, down to the text: the plan right after it is empty, and another writes nothing."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconcile.cli.console import Terminal
from reconcile.errors import DeclarationError
from reconcile.evance.listing import Listing
from reconcile.importing.layout import Destination, FileLayout
from reconcile.importing.selection import Selectors
from reconcile.model.contact import Contact, Role
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.record import Remembered
from reconcile.model.settings import Policy, Settings, Target, TargetKind
from reconcile.plan.matching.matches import match_declarations
from reconcile.plan.planner import make_plan, plan_contacts
from reconcile.services.caller import ProjectChoice
from reconcile.services.importing.checked_proposal import CheckedProposal, CheckedProposer
from reconcile.services.importing.contacts_folder import ContactsFolder
from reconcile.services.importing.file_transaction import write_files
from reconcile.services.importing.request import select_contacts
from reconcile.services.importing.snapshot import AccountSnapshot
from reconcile.services.project import Project
from tests.support.plans.import_accounts import (
    NOW,
    ROLES,
    ModelFolder,
    accounts,
    declared_entries,
    policies,
    remembrances,
)

CONSOLE = Terminal(quiet=True)

TARGET = Target("shop", TargetKind.SANDBOX)

FULL = pytest.param(600, marks=[pytest.mark.long, pytest.mark.timeout(900)])


@dataclass(frozen=True)
class Way:
    """How an import spreads entries over files, and whether it makes bundles."""

    layout: FileLayout
    bundles: bool


ways = st.builds(Way, st.sampled_from(FileLayout), st.booleans())


def project_in(root: Path, policy: Policy) -> Project:
    choice = ProjectChoice(root / "reconcile.yaml", None, None, NOW, lambda: NOW)
    settings = Settings(policy=policy, targets=(TARGET,), target="shop")
    return Project(choice, settings, TARGET, root / ".reconcile", NOW)


def snapshot_of(account: tuple[Contact, ...], project: Project, remembered: Remembered) -> AccountSnapshot:
    policy = project.settings.policy
    context = PlanContext("shop", "shop.example", policy, NOW, "1", remembered=remembered)
    identities = tuple(sorted(contact.identity for contact in account))
    held = {grant.reference for contact in account for grant in contact.state.roles or ()}
    references = held | set(ROLES)
    roles = tuple(sorted(Role(reference) for reference in references))
    return AccountSnapshot(Listing(identities), True, roles, context, account, {}, ())


def imported(project: Project, snapshot: AccountSnapshot, way: Way) -> CheckedProposal:
    """Import all contacts of a snapshot into the project's folder."""
    folder = ContactsFolder.read(project)
    selection = select_contacts(snapshot, Selectors(), folder.loaded.declarations)
    destination = Destination("contacts", way.layout, tuple(folder.files))
    checked = CheckedProposer(folder, snapshot, selection, destination, way.bundles).propose()
    write_files(checked.files, CONSOLE)
    return checked


def plan_of(project: Project, snapshot: AccountSnapshot) -> Plan:
    """What a plan of the folder as it is on the disk says, made by the plan's own functions."""
    declarations = ContactsFolder.read(project).loaded.declarations
    live = {contact.identity.id: contact for contact in snapshot.meant}
    context, identities = snapshot.context, snapshot.listing.identities
    matches = match_declarations(declarations, identities, remembered=context.remembered)
    return make_plan(matches, plan_contacts(matches, live, context), context)


def assert_imported(project: Project, snapshot: AccountSnapshot, checked: CheckedProposal) -> None:
    """A plan changes nobody but those who were left out, and sets nobody aside who was imported."""
    assert checked.excluded == ()
    proposal, plan = checked.proposal, plan_of(project, snapshot)
    ids = {one.id for one in (*proposal.added, *proposal.edited, *proposal.unchanged)}
    assert {change.contact.id for change in plan.changes} <= {one.id for one in proposal.left_out}
    assert not {entry.contact.id for entry in plan.set_aside} & ids


def contents(project: Project) -> dict[str, bytes]:
    folder = project.choice.checkout / "contacts"
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_law(  # a second import writes nothing, in whatever layout
    account: tuple[Contact, ...], project: Project, remembered: Remembered, way: Way
) -> None:
    snapshot = snapshot_of(account, project, remembered)
    checked = imported(project, snapshot, way)
    assert_imported(project, snapshot, checked)
    before = contents(project)
    again = imported(project, snapshot, way)
    assert (again.files, contents(project)) == ((), before)


@pytest.mark.parametrize("examples", [12, FULL])
def test_the_plan_right_after_an_import_is_empty(examples: int) -> None:
    """Into an empty folder, whatever the account holds."""

    @settings(max_examples=examples)
    @given(accounts(), policies, ways, remembrances)
    def law(account: tuple[Contact, ...], policy: Policy, way: Way, remembered: Remembered) -> None:
        with TemporaryDirectory() as name:
            check_law(account, project_in(Path(name), policy), remembered, way)

    law()


@pytest.mark.parametrize("examples", [12, FULL])
def test_an_import_over_a_folder_settles_what_differs(examples: int) -> None:
    """Whatever is declared already; a folder that is invalid is refused before."""

    @settings(max_examples=examples)
    @given(st.data(), accounts(), policies, ways)
    def law(data: st.DataObject, account: tuple[Contact, ...], policy: Policy, way: Way) -> None:
        with TemporaryDirectory() as name:
            project = project_in(Path(name), policy)
            contact = data.draw(st.sampled_from(account))
            entry = data.draw(declared_entries(contact, []))
            (Path(name) / "contacts").mkdir()
            try:
                ModelFolder({}, {"contacts/old.yaml": [entry]}).load(Path(name), policy)
            except (DeclarationError, UnicodeEncodeError):
                assume(False)
            check_law(account, project, Remembered(), way)

    law()


@pytest.mark.parametrize("examples", [10, FULL])
def test_an_import_after_changes_in_the_account_settles_them(examples: int) -> None:
    """The files of the first import are edited by the second, whatever has happened in between."""

    @settings(max_examples=examples)
    @given(accounts(), accounts(), policies, ways)
    def law(account: tuple[Contact, ...], later: tuple[Contact, ...], policy: Policy, way: Way) -> None:
        with TemporaryDirectory() as name:
            project = project_in(Path(name), policy)
            imported(project, snapshot_of(account, project, Remembered()), way)
            check_law(later, project, Remembered(), way)

    law()
