"""Laws of an import: the plan right after it is empty, a second one changes nothing, nothing is forgotten."""

import random
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconcile.errors import DeclarationError
from reconcile.importing.layout import Destination, FileLayout
from reconcile.importing.proposal import ImportContext, Proposal, propose
from reconcile.importing.selection import Selectors, select
from reconcile.model.contact import Contact, in_force, item_name
from reconcile.model.declaration import Declaration
from reconcile.model.facets import SETS, Facet, ItemKey, item_key
from reconcile.model.plans.plan import PlanContext
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.model.settings import Policy
from reconcile.plan.baseline.resolved import resolved_form
from reconcile.plan.contact_plan import ContactPlan
from reconcile.plan.matching.matches import Matches, match_declarations
from reconcile.plan.planner import plan_contacts
from tests.support.plans.import_accounts import (
    NOW,
    ModelFolder,
    accounts,
    declared_entries,
    policies,
    remembrances,
)

layouts = st.sampled_from(FileLayout).map(lambda layout: Destination("contacts", layout))

ALL = Selectors()


@dataclass
class Shop:
    """An account with its folder of declarations, in which imports are made."""

    account: tuple[Contact, ...]
    policy: Policy
    root: Path = Path()
    folder: ModelFolder = field(default_factory=ModelFolder)
    remembered: Remembered = NOTHING_REMEMBERED
    roles: frozenset[str] | None = None

    def matches(self) -> tuple[ImportContext, Matches]:
        loaded = self.folder.load(self.root, self.policy) if self.folder.contacts else None
        declarations = loaded.declarations if loaded else ()
        identities = tuple(contact.identity for contact in self.account)
        matches = match_declarations(declarations, identities, remembered=self.remembered)
        bundles = loaded.bundles if loaded else {}
        context = ImportContext(
            self.policy, NOW, identities, declarations, matches, bundles, self.remembered, self.roles
        )
        return context, matches

    def propose(self, destination: Destination, selectors: Selectors = ALL, *, bundles: bool) -> Proposal:
        selection = select(self.account, selectors, self.policy, NOW)
        return propose(selection, self.matches()[0], destination, bundles=bundles)

    def declared(self) -> dict[str, Declaration]:
        """The entry of each contact that one finds, by its id."""
        return {identity.id: entry for entry, identity in self.matches()[1].matched}

    def held(self, number: str) -> set[ItemKey]:
        """What a contact holds, as of the clock."""
        state = next(one.state for one in self.account if one.identity.id == number)
        return {
            (facet, item_key(facet, item_name(item)))
            for facet in SETS
            for item in state.items(facet)
            if in_force(item, NOW)
        }

    def plans(self) -> dict[str, ContactPlan]:
        """The plan of each contact that an entry finds, by its id."""
        _, matches = self.matches()
        live = {contact.identity.id: contact for contact in self.account}
        plan_context = PlanContext("shop", "shop", self.policy, NOW, "1")
        return {plan.identity.id: plan for plan in plan_contacts(matches, live, plan_context) if plan.live}


shops = st.builds(Shop, accounts(), policies, remembered=remembrances)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that each example fills anew."""
    root = tmp_path_factory.mktemp("shop")
    (root / "contacts").mkdir()
    return root


def assert_imported(shop: Shop, proposal: Proposal) -> None:
    """All that was imported is planned, and stays as it is."""
    plans = shop.plans()
    for identity in (*proposal.added, *proposal.edited, *proposal.unchanged):
        plan = plans[identity.id]
        assert not plan.changes, plan.operations
        assert not plan.set_aside_reason


@given(shop=shops, destination=layouts, by_name=st.booleans(), bundles=st.booleans())
@settings(max_examples=40)
def test_the_plan_right_after_an_import_is_empty(
    folder: Path, shop: Shop, destination: Destination, *, by_name: bool, bundles: bool
) -> None:
    """Whatever the account holds, in all layouts and modes; and everybody is accounted for."""
    shop.root = folder
    names = Selectors(ids=tuple(contact.identity.id for contact in shop.account))
    selectors = names if by_name else ALL
    proposal = shop.propose(destination, selectors, bundles=bundles)
    assert_everybody_is_told(shop, proposal, selectors)
    shop.folder.write(proposal.files)
    assert_imported(shop, proposal)
    if shop.folder.contacts:
        again = shop.propose(destination, selectors, bundles=bundles)
        assert again.files == ()
        assert {*again.unchanged} == {*proposal.added}


def what_is_to_come(entry: Declaration, held: Collection[ItemKey]) -> dict[ItemKey, datetime | None]:
    """When what the contact does not hold starts, and when its tags end: no import may change that."""
    items = [item for facet in SETS for item in entry.items(facet)]
    starts = {item.key: item.window.starts for item in items if item.window.pending(NOW)}
    ends = {item.key: item.window.expires for item in items if item.key[0] is Facet.TAGS}
    return {key: at for key, at in starts.items() if key not in held} | {
        key: at for key, at in ends.items() if key in held and at is not None and at > NOW
    }


def assert_everybody_is_told(shop: Shop, proposal: Proposal, selectors: Selectors) -> None:
    """Each contact is written, in order, holds nothing, or is left out with a reason."""
    selection = select(shop.account, selectors, shop.policy, NOW)
    told = (*proposal.added, *proposal.edited, *proposal.unchanged, *proposal.left_out)
    assert {*told} == {contact.identity for contact in selection.contacts}
    assert len(told) == len(selection.contacts)
    assert len(told) + selection.holding_nothing == len(shop.account)
    assert {*proposal.left_out} <= {report.contact for report in proposal.omissions}


BUNDLES = {
    "trade-customer": {
        "roles": ["customer", "trade-account"],
        "tags": ["trade", {"value": "ipswich", "expires": "2027-01-31"}],
    },
    "reader": {"roles": [{"reference": "newsletter", "expires": "2027-01-31"}], "tags": []},
    "guest-list": {"roles": ["customer"], "tags": [{"value": "vip", "starts": "2026-12-01"}]},
    "plain": {"roles": ["customer", "newsletter"]},
    "spring": {"tags": [{"value": "ipswich", "expires": "2027-01-31"}]},
    "closed": {"roles": [{"reference": "newsletter", "starts": "2026-10-01", "expires": "2026-11-22"}]},
}


@st.composite
def folders(draw: st.DrawFn, account: tuple[Contact, ...]) -> ModelFolder:
    """A folder that declares some of the contacts, each in one of two files."""
    chosen = draw(st.lists(st.sampled_from(account), min_size=1, unique_by=lambda one: one.identity.id))
    entries = [draw(declared_entries(contact, sorted(BUNDLES))) for contact in chosen]
    half = draw(st.integers(0, len(entries)))
    files = {"contacts/contacts.yaml": entries[:half], "contacts/trade/other.yaml": entries[half:]}
    return ModelFolder({"contacts/contacts.yaml": dict(BUNDLES)}, files)


@pytest.mark.parametrize("examples", [40, pytest.param(400, marks=pytest.mark.long)])
def test_an_import_over_entries_settles_them(folder: Path, examples: int) -> None:
    """The plan of all that was imported is empty, whatever was declared; a second import edits nothing."""
    law = given(shop=shops, destination=layouts, data=st.data())(_settles)
    settings(max_examples=examples)(law)(folder=folder)


def _settles(folder: Path, shop: Shop, destination: Destination, data: st.DataObject) -> None:
    shop.root, shop.folder = folder, data.draw(folders(shop.account))
    try:
        shop.matches()
    except DeclarationError:
        assume(False)
    before = shop.declared()
    proposal = shop.propose(destination, bundles=True)
    assert_everybody_is_told(shop, proposal, ALL)
    shop.folder.write(proposal.files)
    assert_imported(shop, proposal)
    after = shop.declared()
    for identity in (*proposal.edited, *proposal.unchanged):
        held = shop.held(identity.id)
        assert what_is_to_come(before[identity.id], held) == what_is_to_come(after[identity.id], held)
    for number in set(before) - {identity.id for identity in proposal.edited}:
        assert resolved_form(before[number]) == resolved_form(after[number])
    again = shop.propose(destination, bundles=True)
    assert again.files == ()
    assert {*again.unchanged} >= {*proposal.added, *proposal.edited, *proposal.unchanged}


@given(shops, layouts, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_any_order_of_contacts_gives_the_same_edits(
    shop: Shop, destination: Destination, shuffle: random.Random
) -> None:
    """The account may list its contacts in any order."""
    shuffled = list(shop.account)
    shuffle.shuffle(shuffled)
    other = replace(shop, account=tuple(shuffled))
    assert shop.propose(destination, bundles=True) == other.propose(destination, bundles=True)
