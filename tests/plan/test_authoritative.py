"""The way from additive to authoritative: patterns, and what a plan says that the whole mode would revoke."""

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.clock import OPEN, Window
from reconcile.model.contact import Grant, Identity, OtherTag, State, item_name
from reconcile.model.declaration import Declaration, DeclaredGrant, Mode
from reconcile.model.facets import SETS, Facet, ItemKey, item_key
from reconcile.model.plans.operation import Action, OriginKind
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.settings import Patterns, Policy
from reconcile.plan.baseline.additive import would_revoke
from reconcile.plan.contact_plan import ContactPlan
from reconcile.plan.digest import plan_digest, policy_digest, resolved_digest
from reconcile.plan.fold import fold
from reconcile.plan.matching.matches import Matches
from reconcile.plan.planner import make_plan, plan_contacts
from tests.support.plans.declaration_strategies import NOW, PLACE, contact, declarations, policies, states

NO_PATTERNS = Patterns()

ADDITIVE = Policy(roles=Mode.ADDITIVE, tags=Mode.ADDITIVE)

TRADE = replace(ADDITIVE, authoritative=Patterns(roles=("trade-account",)))


def matches(facet: Facet, name: str, policy: Policy) -> bool:
    patterns = policy.authoritative.of(facet)
    return any(fnmatchcase(item_key(facet, name), item_key(facet, pattern)) for pattern in patterns)


@given(declarations, states, policies)
def test_patterns_revoke_exactly_the_undeclared_items_that_match(
    declaration: Declaration, state: State, policy: Policy
) -> None:
    """Beside that the target is the one without them; a contact's own mode goes before them."""
    target = fold(declaration, state, policy, NOW).target
    kept = fold(declaration, state, replace(policy, authoritative=NO_PATTERNS), NOW)
    own = dict(declaration.modes)
    for facet in declaration.managed:
        if facet in SETS:
            assert target.items(facet) == tuple(
                item
                for item in kept.target.items(facet)
                if facet in own
                or kept.origins[facet, item_name(item)].kind is not OriginKind.ADDITIVE
                or not matches(facet, item_name(item), policy)
            )


@given(declarations, states, policies)
def test_patterns_that_match_all_are_the_authoritative_mode(
    declaration: Declaration, state: State, policy: Policy
) -> None:
    """Item by item they lead to the mode of the whole facet, so that a shop can get there in steps."""
    everything = Patterns(roles=("*",), tags=("*",))
    by_pattern = replace(policy, authoritative=everything)
    by_mode = replace(policy, roles=Mode.AUTHORITATIVE, tags=Mode.AUTHORITATIVE)
    assert fold(declaration, state, by_pattern, NOW).target == fold(declaration, state, by_mode, NOW).target


EARLIER = "sha256:ee092f4770a89bf28649478f42ffa2dcb814250b433d02f21426f1edd8c16180"
"""What version 0.1.0 noted of the following entry in additive mode."""

BOB = Declaration(PLACE, id="13", roles=(DeclaredGrant("customer", PLACE, window=OPEN),))


@pytest.mark.parametrize(
    ("declaration", "policy", "same"),
    [
        (BOB, TRADE, False),
        (replace(BOB, roles=None, tags=()), TRADE, True),
        (replace(BOB, modes=((Facet.ROLES, Mode.ADDITIVE),)), TRADE, True),
        (BOB, replace(TRADE, roles=Mode.AUTHORITATIVE), False),
        (BOB, replace(ADDITIVE, authoritative=Patterns(tags=("vip",))), True),
    ],
    ids=["counts", "not-managed", "own-mode", "whole-facet", "other-facet"],
)
def test_a_declaration_comes_to_something_else_where_patterns_count(
    declaration: Declaration, policy: Policy, *, same: bool
) -> None:
    """So that a plan against a base looks at those contacts, and at no others."""
    before = resolved_digest(declaration, ADDITIVE)
    assert (resolved_digest(declaration, policy) == before) == same


def test_records_of_earlier_versions_count_where_there_are_no_patterns() -> None:
    """The digest of a declaration is that of version 0.1.0 until somebody writes the new key."""
    assert resolved_digest(BOB, ADDITIVE) == EARLIER
    assert policy_digest(TRADE, "a") != policy_digest(ADDITIVE, "a")


def removed(plan: Plan) -> set[tuple[ItemKey, str]]:
    """Which roles and tags a plan takes, and from whom."""
    return {
        ((step.facet, item_key(step.facet, step.item)), change.contact.id)
        for change in plan.changes
        for step in change.operations
        if step.facet in SETS and step.action is Action.REMOVE
    }


@given(st.lists(st.tuples(declarations, states), max_size=4), policies)
def test_a_plan_says_what_the_authoritative_mode_would_revoke_beyond_it(
    pairs: list[tuple[Declaration, State]], policy: Policy
) -> None:
    """No more and no less than the very same plan takes once ``manage`` says authoritative."""
    plan = planned(pairs, policy)
    then = planned(pairs, replace(policy, roles=Mode.AUTHORITATIVE, tags=Mode.AUTHORITATIVE))
    told = {
        ((item.facet, item_key(item.facet, item.item)), holder.contact.id)
        for item in plan.would_revoke
        for holder in item.holders
    }
    assert told == removed(then) - removed(plan)
    assert then.would_revoke == ()
    assert len(told) == sum(len(item.holders) for item in plan.would_revoke)


def planned(pairs: list[tuple[Declaration, State]], policy: Policy) -> Plan:
    matched, live = [], {}
    for number, (declaration, state) in enumerate(pairs, start=13):
        identity = Identity(str(number), "user", f"{number}@example.com")
        matched.append((replace(declaration, id=identity.id), identity))
        live[identity.id] = replace(contact(state), identity=identity)
    found = Matches(tuple(matched), (), ())
    context = PlanContext("sandbox", "sandbox.evance.me", policy, NOW, "1.0")
    return make_plan(found, plan_contacts(found, live, context), context)


@given(st.lists(st.tuples(declarations, states), max_size=3), policies)
def test_what_another_mode_would_revoke_is_nothing_that_the_plan_does(
    pairs: list[tuple[Declaration, State]], policy: Policy
) -> None:
    """So it takes no part in the digest, and an approved plan holds whatever else people get."""
    plan = planned(pairs, policy)
    assert plan_digest(replace(plan, would_revoke=())) == plan.digest


def test_unchanged_contacts_count_and_whom_a_write_would_set_aside_does_not() -> None:
    """Each item with the contacts that keep it, most held first; a grant that waits is marked."""
    waits, tagged = (Grant("preview", "pending"),), replace(BOB, roles=None, tags=())
    plan = planned(
        [
            (BOB, State(roles=(Grant("customer"), Grant("preview")), tags=("vip",), profile={}, address={})),
            (BOB, State(roles=(Grant("customer"), *waits, Grant("sale")), tags=(), profile={}, address={})),
            (tagged, State(roles=(), tags=("VIP", "vip"), profile={}, address={})),
            (tagged, State(roles=(), tags=("vip",), other_tags=(OtherTag("order", "x"),), profile={})),
        ],
        ADDITIVE,
    )
    assert plan.changes == ()
    assert [
        (item.facet, item.item, [(holder.contact.id, holder.status) for holder in item.holders])
        for item in plan.would_revoke
    ] == [
        (Facet.ROLES, "preview", [("13", None), ("14", "pending")]),
        (Facet.ROLES, "sale", [("14", None)]),
        (Facet.TAGS, "VIP", [("15", None)]),
    ]


def test_what_the_plan_takes_itself_is_not_told_again() -> None:
    """Also where a rejected grant asks for a second look at what a write could do."""
    ended = DeclaredGrant("press", PLACE, window=Window(expires=NOW))
    held = (Grant("press", "rejected"), Grant("preview"))
    plan = planned([(replace(BOB, roles=(ended,)), State(roles=held, tags=(), profile={}))], ADDITIVE)
    assert removed(plan) == {((Facet.ROLES, "press"), "13")}
    assert [item.item for item in plan.would_revoke] == ["preview"]


def test_where_all_is_authoritative_no_contact_is_looked_at() -> None:
    """A shop of 100,000 contacts that is past its adoption pays nothing for it."""
    whole = replace(TRADE, roles=Mode.AUTHORITATIVE, tags=Mode.AUTHORITATIVE)
    context = PlanContext("sandbox", "sandbox.evance.me", whole, NOW, "1.0")
    contacts: Iterator[ContactPlan] = iter([])
    assert would_revoke((next(contacts) for _ in "a"), context) == ()
    with pytest.raises(RuntimeError, match="StopIteration"):
        would_revoke((next(contacts) for _ in "a"), replace(context, policy=ADDITIVE))
