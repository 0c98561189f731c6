"""The laws of fold and plan, on generated states."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from reconcile.clock import Window
from reconcile.model.contact import BY_ROLE, Grant, Identity, State
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.facets import Facet
from reconcile.model.plans.operation import OriginKind
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.settings import Policy
from reconcile.plan.approval import unmet_target
from reconcile.plan.fold import fold
from reconcile.plan.matching.matches import Matches
from reconcile.plan.planner import make_plan, plan_contacts
from tests.support.plans.declaration_strategies import (
    NOW,
    PLACE,
    TAGS,
    contact,
    declarations,
    policies,
    states,
)


def plan_context(policy: Policy, now: datetime = NOW) -> PlanContext:
    return PlanContext("sandbox", "sandbox.evance.me", policy, now, "1.0")


def planned(declaration: Declaration, state: State, policy: Policy, now: datetime = NOW) -> Plan:
    live = contact(state)
    found = Matches(((declaration, live.identity),), (), ())
    context = plan_context(policy, now)
    return make_plan(found, plan_contacts(found, {"13": live}, context), context)


def applied(declaration: Declaration, state: State, policy: Policy, approve: str = "pending") -> State:
    """What the account holds after the plan was applied: replace-all, role rules for statuses left open."""
    plan = planned(declaration, state, policy)
    if plan.empty:
        return state
    target = plan.changes[0].target
    roles = state.roles if target.roles is None else tuple(settled(grant, approve) for grant in target.roles)
    return State(
        roles=roles,
        tags=state.tags if target.tags is None else target.tags,
        profile={**(state.profile or {}), **(target.profile or {})},
        address={**(state.address or {}), **(target.address or {})},
    )


def settled(grant: Grant, approve: str) -> Grant:
    return replace(grant, status=approve) if grant.status == BY_ROLE else grant


@given(declarations, states, policies, st.sampled_from(["active", "pending"]))
def test_a_plan_after_an_apply_is_empty(
    declaration: Declaration, state: State, policy: Policy, approve: str
) -> None:
    """What a plan leads to asks for nothing more, whether or not the roles wait for approval."""
    after = applied(declaration, state, policy, approve)
    assert planned(declaration, after, policy).changes == ()


@given(declarations, states, policies)
def test_what_an_apply_leads_to_meets_its_target(
    declaration: Declaration, state: State, policy: Policy
) -> None:
    """The read-back check finds nothing to complain about when the account did what it should."""
    plan = planned(declaration, state, policy)
    if plan.changes:
        assert unmet_target(plan.changes[0].target, applied(declaration, state, policy), NOW) == ()


@given(states, policies)
def test_a_plan_of_a_state_against_itself_is_empty(state: State, policy: Policy) -> None:
    """Declaring exactly what is held (and not ignored) changes nothing."""
    mirror = Declaration(
        place=PLACE,
        id="13",
        roles=tuple(
            DeclaredGrant(grant.reference, PLACE, window=Window(expires=grant.expires))
            for grant in state.roles or ()
            if grant.held(NOW) and not grant.reference.startswith("staff-")
        ),
        tags=tuple(DeclaredTag(tag, PLACE) for tag in state.tags or () if not tag.startswith("auto:")),
        profile=state.profile,
        address=state.address,
    )
    assert planned(mirror, state, policy).changes == ()


@given(declarations, states, policies)
def test_what_is_ignored_survives_every_write(declaration: Declaration, state: State, policy: Policy) -> None:
    """Each held staff role and auto tag of a managed facet stands in the target as it is live."""
    target = fold(declaration, state, policy, NOW).target
    if target.roles is not None:
        live = [grant for grant in state.roles or () if grant.reference == "staff-tools" and grant.held(NOW)]
        assert [grant for grant in target.roles if grant.reference == "staff-tools"] == live
    if target.tags is not None:
        assert ("auto:imported" in target.tags) == ("auto:imported" in (state.tags or ()))


@given(declarations, states, policies)
def test_an_unmanaged_facet_is_never_sent(declaration: Declaration, state: State, policy: Policy) -> None:
    """A facet that a declaration does not name is neither in the operations nor in the payload."""
    names = {Facet.ROLES: "accessRoles", Facet.TAGS: "tags", Facet.ADDRESS: "address"}
    for change in planned(declaration, state, policy).changes:
        for facet, key in names.items():
            managed = getattr(declaration, facet.value) is not None
            assert (key in change.payload["contact"]) == managed
            assert managed or all(operation.facet is not facet for operation in change.operations)


@given(declarations, states, policies)
def test_every_item_has_an_origin(declaration: Declaration, state: State, policy: Policy) -> None:
    """The plan can say of each item why it is there or why it goes."""
    folded = fold(declaration, state, policy, NOW)
    held = {(Facet.ROLES, grant.reference) for grant in folded.before.roles or ()}
    assert held <= set(folded.origins)
    gone = {OriginKind.LAPSED, OriginKind.NOT_STARTED, OriginKind.UNDECLARED, OriginKind.ABSENT}
    for grant in folded.target.roles or ():
        assert folded.origins[Facet.ROLES, grant.reference].kind not in gone


@given(declarations, states, policies, st.integers(0, 6 * 24 * 60))
def test_moving_the_clock_changes_a_plan_only_at_a_boundary(
    declaration: Declaration, state: State, policy: Policy, minutes: int
) -> None:
    """Until ``valid_until`` the same operations come out, if no live grant expires by itself meanwhile."""
    plan = planned(declaration, state, policy)
    later = NOW + timedelta(minutes=minutes)
    assume(plan.valid_until is None or later < plan.valid_until.at)
    assume(all(grant.held(later) == grant.held(NOW) for grant in state.roles or ()))
    again = planned(declaration, state, policy, later)
    assert [change.operations for change in again.changes] == [change.operations for change in plan.changes]


@given(st.lists(st.tuples(declarations, states), max_size=4), policies, st.randoms())
def test_order_changes_no_byte(
    pairs: list[tuple[Declaration, State]], policy: Policy, random: Random
) -> None:
    """The order of declarations and of live contacts leaves the plan and its digest as they are."""
    matched, live = [], {}
    for number, (declaration, state) in enumerate(pairs):
        identity = Identity(str(number), "user", f"{number}@example.com")
        matched.append((replace(declaration, id=identity.id), identity))
        live[identity.id] = replace(contact(state), identity=identity)
    shuffled = list(matched)
    random.shuffle(shuffled)
    backwards = dict(reversed(live.items()))
    context = plan_context(policy)
    found, turned = Matches(tuple(matched), (), ()), Matches(tuple(shuffled), (), ())
    plans = [
        make_plan(found, plan_contacts(found, live, context), context),
        make_plan(turned, plan_contacts(turned, backwards, context), context),
    ]
    assert plans[0] == plans[1]
    assert plans[0].digest == plans[1].digest


def test_the_strategies_know_tags_that_differ_only_by_case() -> None:
    """The laws are worth what their inputs are: both spellings must be among them."""
    assert {"trade", "Trade "} <= set(TAGS)
