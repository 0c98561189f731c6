"""The laws of explanations and timelines, on generated declarations and states."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from reconcile.clock import OPEN
from reconcile.model.contact import State
from reconcile.model.declaration import Declaration
from reconcile.model.facets import Facet, tag_key
from reconcile.model.plans.plan import PlanContext
from reconcile.model.problem import Place
from reconcile.model.reports.explanation import Effect, ExplainedItem
from reconcile.model.settings import Policy
from reconcile.plan.explain import explain_contact, explain_undeclared_contact
from reconcile.plan.fold import fold
from reconcile.plan.schedule.timeline import build_timeline
from reconcile.render.explanation import explanation_text
from tests.plan.test_laws import plan_context, planned
from tests.support.plans.declaration_strategies import NOW, contact, declarations, policies, states

SECOND = timedelta(seconds=1)

NOBODY = State(roles=(), tags=(), profile={}, address={})


@given(declarations, states, policies)
def test_every_operation_of_the_plan_is_explained(
    declaration: Declaration, state: State, policy: Policy
) -> None:
    """With the same action, the same values and the same origin; and nothing else would be done."""
    plan = planned(declaration, state, policy)
    found = explain_contact(declaration, contact(state), plan_context(policy))
    steps = [step for change in plan.changes for step in change.operations]
    told = [one for one in found.items if one.effect not in {Effect.KEEP, Effect.NONE}]
    assert sorted((one.facet, one.item, one.effect.value) for one in told) == sorted(
        (step.facet, step.item, step.action.value) for step in steps
    )
    assert {one.operation for one in told} == set(steps)


@given(declarations, states, policies)
def test_what_the_plan_keeps_is_explained_as_kept(
    declaration: Declaration, state: State, policy: Policy
) -> None:
    """Each kept role and tag of a plan, for the same reason."""
    found = {
        (one.facet, one.item): one
        for one in explain_contact(declaration, contact(state), plan_context(policy)).items
    }
    for change in planned(declaration, state, policy).changes:
        for kept in change.kept:
            one = found[kept.facet, kept.item]
            assert (one.effect, one.target, one.origin) == (Effect.KEEP, kept.value, kept.origin)


@given(declarations, states, policies)
def test_everything_that_is_held_or_declared_is_explained(
    declaration: Declaration, state: State, policy: Policy
) -> None:
    """No role or tag of the account or of the declaration is left out, and none stands there twice."""
    items = explain_contact(declaration, contact(state), plan_context(policy)).items
    keys = [(one.facet, one.item) for one in items]
    assert len(keys) == len(set(keys))
    roles = {item for facet, item in keys if facet is Facet.ROLES}
    held = {grant.reference for grant in state.roles or ()}
    assert roles == held | {grant.reference for grant in declaration.roles or ()}
    assert {item for facet, item in keys if facet is Facet.TAGS} >= set(state.tags or ())


@given(states)
def test_of_a_contact_that_nobody_declares_nothing_is_done(state: State) -> None:
    """Each of its roles and tags is told and left as it is."""
    found = explain_undeclared_contact(contact(state), plan_context(Policy()))
    assert {one.effect for one in found.items} <= {Effect.NONE}
    assert len(found.items) == len(state.roles or ()) + len(state.tags or ())
    assert all(one.live == one.target for one in found.items)


@given(declarations, states, policies, st.integers(0, 6 * 24 * 60))
def test_an_explanation_holds_until_the_next_turn(
    declaration: Declaration, state: State, policy: Policy, minutes: int
) -> None:
    """Until then the same is said of each item, if no live grant ends by itself meanwhile."""
    found = explain_contact(declaration, contact(state), plan_context(policy))
    later = NOW + timedelta(minutes=minutes)
    assume(found.next is None or later < found.next.at)
    assume(all(grant.held(later) == grant.held(NOW) for grant in state.roles or ()))
    assert explain_contact(declaration, contact(state), plan_context(policy, later)).items == found.items


@given(declarations, states, policies)
def test_a_turn_is_the_next_change_of_its_item(
    declaration: Declaration, state: State, policy: Policy
) -> None:
    """Right before it the item is as now, given or withheld, and at that instant it is the other."""
    for one in explain_contact(declaration, contact(state), plan_context(policy)).items:
        if one.next is not None and one.window != OPEN:
            given_at = (NOW, one.next.at - SECOND, one.next.at)
            now, before, then = (named(one) in target(declaration, policy, at) for at in given_at)
            assert now == before != then


def named(one: ExplainedItem) -> tuple[Facet, str]:
    return one.facet, tag_key(one.item)


def target(declaration: Declaration, policy: Policy, now: datetime) -> set[tuple[Facet, str]]:
    """What a contact that holds nothing would get."""
    folded = fold(declaration, NOBODY, policy, now).target
    roles = {(Facet.ROLES, grant.reference) for grant in folded.roles or ()}
    return roles | {(Facet.TAGS, tag_key(tag)) for tag in folded.tags or ()}


@given(declarations, policies, st.integers(1, 4))
def test_the_timeline_has_the_instants_at_which_the_target_changes(
    declaration: Declaration, policy: Policy, days: int
) -> None:
    """All of them within the days, no other one, and with the items that come and go."""
    found = build_timeline([declaration], plan_context(policy), days)
    told: dict[datetime, set[tuple[bool, str]]] = {}
    for one in found.upcoming:
        told.setdefault(one.boundary.at, set()).add((one.boundary.starts, tag_key(one.boundary.item)))
    seen = {}
    for day in range(1, days + 1):  # every generated window starts and ends so many whole days from now
        at = NOW + timedelta(days=day)
        before, after = target(declaration, policy, at - SECOND), target(declaration, policy, at)
        changed = {(True, item) for _, item in after - before} | {(False, item) for _, item in before - after}
        seen.update({at: changed} if changed else {})
    assert told == seen


@given(st.lists(declarations, max_size=5), policies, st.randoms())
def test_the_order_of_declarations_changes_no_timeline(
    entries: list[Declaration], policy: Policy, random: object
) -> None:
    """Files in another order give the same lines."""
    placed = [replace(entry, place=Place("a.yaml", line)) for line, entry in enumerate(entries, start=1)]
    assert build_timeline(placed[::-1], plan_context(policy), 90) == build_timeline(
        placed, plan_context(policy), 90
    )


@given(declarations, states, policies)
def test_the_text_has_a_line_for_each_item(declaration: Declaration, state: State, policy: Policy) -> None:
    """Neither more nor fewer, each with its symbol."""
    found = explain_contact(declaration, contact(state), plan_context(policy))
    lines = explanation_text(found).splitlines()
    assert sum(line[:2] == "  " and line[2] in "+~-=·" for line in lines) == len(found.items)


def test_the_scene_of_a_timeline_needs_no_account() -> None:
    """It goes by the declarations alone."""
    found = build_timeline([], PlanContext("sandbox", "", Policy(), NOW, "1.0"), 1)
    assert (found.upcoming, found.until - found.as_of) == ((), timedelta(days=1))
