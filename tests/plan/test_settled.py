"""What is settled without a fold is what the fold settles, and a plan made so is the same to the byte."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.clock import Window
from reconcile.documents.plan import plan_json
from reconcile.model.contact import ACTIVE, PENDING, Contact, Grant, State
from reconcile.model.declaration import Declaration, DeclaredGrant
from reconcile.model.facets import Facet
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.settings import Policy, Protect
from reconcile.plan.baseline.resolved import baseline_of
from reconcile.plan.baseline.undeclared import NOTHING_REMOVED, undeclared_rows
from reconcile.plan.contact_plan import ContactPlan, fold_contact, plan_contact
from reconcile.plan.guards.checks import roles_without_holder
from reconcile.plan.guards.facts import AccountFacts, OtherHolders
from reconcile.plan.matching.matches import Matches
from reconcile.plan.planner import make_plan
from reconcile.plan.settled import is_as_declared
from tests.support.plans.declaration_strategies import (
    NOW,
    PLACE,
    ROLES,
    contact,
    declarations,
    policies,
    states,
)

odd_grants = st.builds(Grant, st.sampled_from(ROLES), st.sampled_from(["active", ""]), readable=st.booleans())

odd_states = st.builds(
    State,
    roles=st.none() | st.lists(odd_grants, max_size=2).map(tuple),
    tags=st.none() | st.sampled_from([("Trade ", "trade"), ("vip", "VIP"), ("ipswich", "ipswich")]),
    profile=st.none() | st.just({"company": "a", "phone": None}),
    address=st.just({"line1": "a", "firstname": "Ann"}),
)

clocks = st.integers(-4 * 24, 4 * 24).map(lambda hours: NOW + timedelta(hours=hours))


def mirror(declaration: Declaration, policy: Policy, now: datetime) -> State:
    """What a contact holds once the declaration was carried out: most contacts are so."""
    empty = State((), (), {}, {})
    target = fold_contact(declaration, contact(empty), plan_context(policy, now)).folded.target
    roles = tuple(replace(grant, status=ACTIVE) for grant in target.roles or ())
    return State(roles, target.tags or (), target.profile or {}, target.address or {})


def plan_context(policy: Policy, now: datetime) -> PlanContext:
    return PlanContext(
        "sandbox", "sandbox.evance.me", policy, now, "1.0", asking_roles=frozenset({"preview"})
    )


Situation = tuple[Declaration, State, Policy, datetime]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A declaration with anything, or with what it leads to now or at another time."""
    declaration, policy, now = draw(declarations), draw(policies), draw(clocks)
    led_to = mirror(declaration, policy, draw(st.just(now) | clocks))
    state = draw(states | odd_states | st.just(led_to))
    return declaration, state, policy, now


def is_sure(declaration: Declaration, state: State, now: datetime) -> bool:
    """Whether the fold has no doubt of the contact, whatever becomes of it."""
    grants = (
        [grant for grant in state.roles or () if grant.held(now)] if declaration.manages(Facet.ROLES) else []
    )
    once = len({grant.reference for grant in grants}) == len(grants)
    read = all(state.has(facet) for facet in declaration.managed)
    return read and once and all(grant.readable and grant.status in {ACTIVE, PENDING} for grant in grants)


@given(situations())
def test_a_contact_is_settled_exactly_where_its_fold_leads_nowhere(situation: Situation) -> None:
    """No operation and no reason to set it aside; where it is in doubt, the fold is asked."""
    declaration, state, policy, now = situation
    folded = fold_contact(declaration, contact(state), plan_context(policy, now))
    nowhere = not (folded.operations or folded.set_aside_reason)
    settled = is_as_declared(declaration, state, policy, now)
    assert settled == nowhere if is_sure(declaration, state, now) else not settled or nowhere


TOUCHES: list[dict[str, Any]] = [
    {"status": "rejected"},
    {"status": PENDING},
    {"readable": False},
    {"expires": NOW + timedelta(days=2)},
    {"reference": "preview"},
]


@pytest.mark.parametrize("touch", TOUCHES)
def test_a_role_that_was_touched_is_folded(touch: dict[str, Any]) -> None:
    """By somebody else or by the account itself; the role as it is declared is settled."""
    end = NOW + timedelta(days=3)
    role = DeclaredGrant("newsletter", PLACE, ACTIVE, Window(expires=end))
    grant = Grant("newsletter", ACTIVE, end)
    declaration = Declaration(PLACE, id="13", roles=(role,))
    assert is_as_declared(declaration, State(roles=(grant,)), Policy(), NOW)
    assert not is_as_declared(declaration, State(roles=(replace(grant, **touch),)), Policy(), NOW)


def test_a_role_whose_end_has_passed_is_not_held() -> None:
    """So it is settled where its window has closed, and asked for again where the window is open."""
    ended = Grant("newsletter", ACTIVE, NOW)
    lapsed, again = (DeclaredGrant("newsletter", PLACE, window=Window(expires=end)) for end in (NOW, None))
    for role, settled in ((lapsed, True), (again, False)):
        declaration = Declaration(PLACE, id="13", roles=(role,))
        assert is_as_declared(declaration, State(roles=(ended,)), Policy(), NOW) is settled


@settings(max_examples=60)
@given(situations())
def test_a_settled_contact_answers_like_a_folded_one(situation: Situation) -> None:
    """Whatever the guards, the schedule and the record ask of a contact, both say the same."""
    declaration, state, policy, now = situation
    live, context = contact(state), plan_context(policy, now)
    assert answers(plan_contact(declaration, live, context)) == answers(
        fold_contact(declaration, live, context)
    )


def answers(one: ContactPlan) -> list[object]:
    until = one.context.now + timedelta(days=1)
    resting, alone = one.at_rest(), one.left_alone()
    return [
        *(
            getattr(one, name)
            for name in ("identity", "label", "action", "changes", "handovers", "operations")
        ),
        *(one.set_aside_reason, one.surely_writable, one.set_aside(), one.change(), one.loses_roles),
        *(one.roles_before, one.roles_after(until), one.loses_last_role(until), one.may_lose_roles),
        *(one.held_before, one.held_after(until), one.cut_short(until), one.folded),
        *(resting.folded, resting.operations, alone.folded.before, alone.operations),
    ]


def planned(contacts: Sequence[ContactPlan], context: PlanContext) -> Plan:
    """The whole plan of these contacts, by way of everything that looks at each of them."""
    matches = Matches(tuple((one.declaration, one.identity) for one in contacts), (), ())
    lost = roles_without_holder(contacts, OtherHolders({"customer": 1}), context.now)
    facts = AccountFacts(contacts=9, before=9, other_holders=OtherHolders({"customer": 1}), idle_entries=lost)
    rows = undeclared_rows(NOTHING_REMOVED, {}, contacts, context)
    return make_plan(matches, contacts, context, facts, undeclared=rows)


@settings(max_examples=40)
@given(st.lists(st.tuples(situations(), declarations), min_size=1, max_size=3))
def test_a_plan_is_the_same_to_the_byte(rows: list[tuple[Situation, Declaration]]) -> None:
    """Also against a baseline, and under guards that look at everybody."""
    (_, _, policy, now), _ = rows[0]
    policy = replace(policy, protect=Protect(roles=("trade-*",), contacts=("bob0@example.com",)))
    live = [numbered(number, state) for number, ((_, state, _, _), _) in enumerate(rows)]
    entries = [named(number, entry) for number, ((entry, *_), _) in enumerate(rows)]
    before = [named(number, entry) for number, (_, entry) in enumerate(rows)]
    context = replace(
        plan_context(policy, now), baseline=baseline_of("main at 4f2a9c1", before, policy, None)
    )
    pairs = list(zip(entries, live, strict=True))
    slow = planned([fold_contact(entry, one, context).at_rest() for entry, one in pairs], context)
    quick = planned([plan_contact(entry, one, context).at_rest() for entry, one in pairs], context)
    assert plan_json(quick) == plan_json(slow)
    assert quick == slow


def numbered(number: int, state: State) -> Contact:
    identity = replace(contact(state).identity, id=str(number), email=f"bob{number}@example.com")
    return Contact(identity, state)


def named(number: int, declaration: Declaration) -> Declaration:
    return replace(declaration, id=str(number))
