"""What the clock will do: which boundary comes first, and whether plans foretell it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

from hypothesis import assume, given
from hypothesis import strategies as st

from reconcile.clock import Window
from reconcile.model.contact import State
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem, DeclaredTag
from reconcile.model.facets import SETS, ItemKey, item_key
from reconcile.model.plans.operation import Action
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import Policy
from reconcile.plan.approval import not_covered
from reconcile.plan.schedule.timeline import next_boundary
from tests.plan.test_laws import applied, planned
from tests.support.plans.declaration_strategies import (
    NOW,
    PLACE,
    modes,
    policies,
    states,
)

SOON = NOW + timedelta(days=1)

instants = st.sampled_from([NOW + timedelta(hours=hours) for hours in (1, 24, 36, 48, 60, 72, 90)])

moments = st.sampled_from([None, *(NOW + timedelta(days=days) for days in (-2, 1, 2, 3))])

dated = (
    st.tuples(moments, moments)
    .filter(lambda ends: None in ends or ends[0] < ends[1])
    .map(lambda ends: Window(*ends))
)


roles = st.dictionaries(st.sampled_from(["customer", "preview", "trade-account"]), dated, min_size=1)

tags = st.dictionaries(st.sampled_from(["trade", "vip", "ipswich"]), dated, min_size=1)

entries = st.builds(
    lambda roles, tags, modes: Declaration(
        PLACE,
        id="13",
        roles=tuple(DeclaredGrant(name, PLACE, window=window) for name, window in roles.items()),
        tags=tuple(DeclaredTag(name, PLACE, window=window) for name, window in tags.items()),
        modes=modes,
    ),
    roles,
    tags,
    modes,
)
"""One contact with a window for each role and tag."""

Steps = set[tuple[ItemKey, Action]]


def foretold(plan: Plan, later: datetime) -> Steps:
    """What a plan says that the clock will have asked for by then, if nobody acts in between."""
    rows = [row for row in plan.scheduled if not row.taken_back]
    return {
        ((row.facet, item_key(row.facet, row.item)), row.action)
        for row in rows
        if (row.window.lapsed(later) if row.action is Action.REMOVE else row.window.contains(later))
    }


def steps(plan: Plan) -> Steps:
    return {
        ((step.facet, item_key(step.facet, step.item)), step.action)
        for change in plan.changes
        for step in change.operations
    }


@given(entries, states, policies, instants)
def test_what_is_scheduled_is_what_the_clock_will_ask_for(
    declaration: Declaration, state: State, policy: Policy, later: datetime
) -> None:
    """Neither more nor less, when nothing else happens after an apply."""
    plan = planned(declaration, state, policy)
    again = planned(declaration, applied(declaration, state, policy), policy, later)
    assume(not plan.set_aside and not again.set_aside)
    assert steps(again) == foretold(plan, later)


edits = st.sampled_from(["keep", "keep", "drop", "other window"])


def edited(declaration: Declaration, draw: Callable[[st.SearchStrategy[object]], object]) -> Declaration:
    """The declaration with some items taken out, or with another window."""
    sets: dict[object, tuple[DeclaredItem, ...]] = {}
    for facet in SETS:
        kept = []
        for item in declaration.items(facet):
            edit = draw(edits)
            if edit != "drop":
                kept.append(item if edit == "keep" else replace(item, window=draw(dated)))
        if declaration.manages(facet):
            sets[facet] = tuple(kept)
    return declaration.with_sets(sets)  # type: ignore[arg-type]


@given(entries, states, policies, instants, st.data())
def test_nothing_becomes_due_that_the_approved_plan_has_not_shown(
    approved: Declaration, state: State, policy: Policy, later: datetime, data: st.DataObject
) -> None:
    """Whatever was edited after the approval: either the apply is refused, or the clock asks for no more.

    Whoever is set aside then was not left as declared by any run, so that nothing is due.
    """
    declaration = edited(approved, data.draw)
    plan, fresh = planned(approved, state, policy), planned(declaration, state, policy)
    assume(not plan.set_aside and not fresh.set_aside)
    if not list(not_covered(fresh, plan)):
        again = planned(declaration, applied(declaration, state, policy), policy, later)
        assume(not again.set_aside)
        assert steps(again) <= foretold(plan, later)


def test_of_two_boundaries_at_one_instant_what_lapses_comes_first() -> None:
    """The order of entries and items does not count: end before start, then contact, facet and item."""
    starting, ending = Window(starts=SOON), Window(expires=SOON)
    contacts = [
        Declaration(PLACE, email="ann@example.com", roles=(DeclaredGrant("a", PLACE, window=starting),)),
        Declaration(PLACE, email="bob@example.com", tags=(DeclaredTag("a", PLACE, window=ending),)),
        Declaration(
            PLACE,
            email="bob@example.com",
            roles=(DeclaredGrant("b", PLACE, window=ending), DeclaredGrant("c", PLACE, window=ending)),
        ),
    ]
    boundaries = [next_boundary(order, NOW) for order in permutations(contacts)]
    assert {(found.contact, found.item, found.starts) for found in boundaries if found} == {
        ("bob@example.com", "b", False)
    }
