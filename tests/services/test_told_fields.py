"""Fields that the list tells are not asked for again, and a plan is the same wherever they were read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from reconcile.evance.connection import Connection
from reconcile.model.contact import Contact, Identity, State
from reconcile.model.declaration import Declaration
from reconcile.model.facets import Facet
from reconcile.model.partial_fields import NO_FIELDS, FieldNeeds, PartialFields
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Place
from reconcile.model.settings import Capabilities, FacetSource
from reconcile.sandbox import seed
from reconcile.wire.fields import PROFILE_FIELDS
from tests.support.sandbox.sandbox_account import SandboxAccount
from tests.support.sandbox.scoped_plan import Planner, against
from tests.support.shop import NOW, Shop

EACH = Capabilities(profile_from=FacetSource.CONTACT, address_from=FacetSource.CONTACT)

NOT_IN_V2 = {"googlePlus"}

DECLARABLE = [field.name for field in PROFILE_FIELDS.values() if field.name not in {"email", *NOT_IN_V2}]


@pytest.fixture(scope="module")
def account(running_sandbox: SandboxAccount) -> Iterator[SandboxAccount]:
    """An account whose list tells roles, tags, profile and address."""
    running_sandbox.reset()
    seed(running_sandbox.path, contacts=24, now=NOW)
    running_sandbox.control("PUT", "switches", {"switches": {"v2_nested_read": "yes"}})
    yield running_sandbox
    running_sandbox.reset()


def declared(account: SandboxAccount, **facets: Any) -> list[Declaration]:
    """Every contact of the account, with these facets."""
    return [
        Declaration(Place("contacts/team.yaml", line), id=id_, roles=None, **facets)
        for line, id_ in enumerate(sorted(account.holds()), 1)
    ]


def planned(
    account: SandboxAccount, declarations: list[Declaration], known: Capabilities
) -> tuple[Plan, int]:
    """A plan, and how many contacts were asked for one by one."""
    account.control("DELETE", "requests")
    plan = Planner(connection(account, known)).plan(declarations)
    return plan, asked(account)


def connection(account: SandboxAccount, known: Capabilities) -> Connection:
    return replace(Shop(account.path, account.access).connection, capabilities=known)


def asked(account: SandboxAccount) -> int:
    return sum(one["path"].startswith("/api/contacts/") for one in account.requests())


@pytest.mark.parametrize(
    "facets",
    [
        {"profile": {"firstname": "Ann"}},
        {"profile": dict.fromkeys(DECLARABLE, "x")},
        {"profile": dict.fromkeys(DECLARABLE)},
        {"profile": {}},
        {"address": {"city": "Ipswich", "lastname": None}},
        {"address": {"line1": "1 Quay"}, "profile": {"company": "Trade Ltd"}},
    ],
)
def test_what_the_list_tells_is_not_asked_again(account: SandboxAccount, facets: Any) -> None:
    """Not one request a contact; where the contacts are to be asked, each is; and the plans are equal."""
    declarations = declared(account, **facets)
    from_list, few = planned(account, declarations, Capabilities())
    from_contacts, many = planned(account, declarations, EACH)
    assert from_list == from_contacts
    without_address = sum("address" in facets and not holds["address"] for holds in account.holds().values())
    assert (few, many) == (without_address, len(declarations))


def test_a_field_that_no_row_has_makes_the_one_request(account: SandboxAccount) -> None:
    """Only for the contacts that declare it."""
    plain = declared(account, profile={"firstname": "Ann"})
    (odd,) = NOT_IN_V2
    plain[3] = replace(plain[3], profile={"firstname": "Ann", odd: "x"})
    from_list, few = planned(account, plain, Capabilities())
    from_contacts, _ = planned(account, plain, EACH)
    assert (from_list, few) == (from_contacts, 1)


def test_a_search_tells_as_much_as_the_list(account: SandboxAccount) -> None:
    """A plan of one contact in a scope asks for it by its address, and not again."""
    email = next(state["email"] for state in account.holds().values() if state["type"] == "user")
    before = Declaration(Place("contacts/team.yaml", 1), email=email, profile={"firstname": "Ann"})
    after = replace(before, profile={"firstname": "Anna"})
    account.control("DELETE", "requests")
    plan = Planner(connection(account, Capabilities())).plan([after], against([before]))
    assert [change.target.profile for change in plan.changes] == [{"firstname": "Anna"}]
    assert asked(account) == 0


def test_a_part_of_a_profile_never_passes_for_all_of_it() -> None:
    """What was not told is not empty: whoever asks for it, or walks over the rest, is told so."""
    part = PartialFields({"firstname": "Ann", "company": None})
    state = State(roles=(), tags=(), profile=part)
    assert (part["firstname"], part.get("company"), len(part)) == ("Ann", None, 2)
    assert state.fields(Facet.PROFILE) is part
    assert State(profile=PartialFields({})).fields(Facet.PROFILE) != {}
    for fault in (lambda: part.get("phone"), lambda: part["phone"], lambda: dict(part), lambda: list(part)):
        with pytest.raises(ValueError, match=r"was (not read|read in part)"):
            fault()
    contact = Contact(Identity("1", "user", "a@b.example"), state)
    assert FieldNeeds(frozenset({"firstname"})).are_met_by(contact)
    assert not FieldNeeds(frozenset({"firstname", "phone"})).are_met_by(contact)
    assert not FieldNeeds(address=True).are_met_by(contact)
    assert FieldNeeds(address=True).are_met_by(replace(contact, state=replace(state, address={})))
    assert NO_FIELDS.are_met_by(contact)
