"""Several plans as one ceiling: what they show together may be done, and nothing that nobody saw.

Each file in ``tests/cases/ceiling`` has a ``claim``, the approved ``plans`` and the ``fresh`` one, each as a
case of ``tests/plan/test_cases.py`` (keys beside them hold for all that do not have their own; ``asking`` are
the roles that ask for an approval), and what comes out: ``exceeding``, the lines of what is not covered.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from reconcile.model.contact import State
from reconcile.model.declaration import Declaration
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import Policy
from reconcile.plan.approval import not_covered
from reconcile.plan.ceiling.union import (
    allowances_shown,
    coverable_operations,
    exceeding,
    exceeding_preview,
)
from tests.plan.test_cases import plan_of, read
from tests.plan.test_laws import applied, planned
from tests.plan.test_schedule import edited, entries, foretold, instants, steps
from tests.support.plans.declaration_strategies import NOW, policies, states

CASES = Path(__file__).parent.parent / "cases" / "ceiling"

NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))

_OF_THE_FILE = ("claim", "plans", "fresh", "exceeding")


def case_plan(content: Mapping[str, Any], folder: Path) -> Plan:
    """The plan of one part of a case."""
    case = read(dict(content), folder)
    asking = content.get("asking", "").split()
    roles = tuple(replace(role, approval="admin") for role in case.roles if role.reference in asking)
    case = replace(case, context=case.context.with_roles(roles))
    return plan_of(case, case.declarations, case.live)


def plans_of(name: str, folder: Path) -> tuple[Plan, list[Plan], list[str]]:
    """The fresh plan of a case, the approved ones, and what comes out."""
    content = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    shared = {key: value for key, value in content.items() if key not in _OF_THE_FILE}
    plans = [case_plan({**shared, **part}, folder) for part in content["plans"]]
    return case_plan({**shared, **content["fresh"]}, folder), plans, content["exceeding"]


@pytest.mark.parametrize("name", NAMES)
def test_a_case_comes_out_as_it_says(name: str, tmp_path: Path) -> None:
    """Whatever the order of the plans."""
    fresh, plans, expected = plans_of(name, tmp_path)
    for order in permutations(plans):
        assert list(exceeding(fresh, order)) == expected


@given(entries, states, policies, instants)
def test_a_plan_counts_on_either_side_of_its_boundaries(
    declaration: Declaration, state: State, policy: Policy, later: datetime
) -> None:
    """What it shows for now and for later covers what the same declaration asks for now and later.

    But for a grant that waits and ends: it is given under the role's own rules, which may not let it wait.
    """
    assume(all(grant.status == "active" for grant in state.roles or ()))
    plan, again = planned(declaration, state, policy), planned(declaration, state, policy, later)
    assume(not plan.set_aside and not again.set_aside)
    assert list(exceeding(again, [plan])) == []


@given(entries, states, policies, instants, st.data())
def test_more_plans_never_cover_less(
    declaration: Declaration, state: State, policy: Policy, later: datetime, data: st.DataObject
) -> None:
    """Nor does their order make a difference; what one of them covers alone is covered."""
    plans = [planned(edited(declaration, data.draw), state, policy) for _ in range(3)]
    fresh = planned(declaration, state, policy, data.draw(st.sampled_from([NOW, later])))
    uncovered = [set(exceeding(fresh, plans[:number])) for number in range(4)]
    assert all(more <= fewer for fewer, more in pairwise(uncovered))
    assert list(exceeding(fresh, plans[::-1])) == list(exceeding(fresh, plans))


@given(entries, states, policies, st.data())
def test_one_plan_covers_no_more_than_it_does_as_an_approved_one(
    declaration: Declaration, state: State, policy: Policy, data: st.DataObject
) -> None:
    """For the same account at the same time, under the same configuration, without a base."""
    plan, fresh = planned(edited(declaration, data.draw), state, policy), planned(declaration, state, policy)
    if not list(exceeding(fresh, [plan])):
        assert list(not_covered(fresh, plan)) == []


@given(entries, states, policies, instants, st.data())
def test_nothing_becomes_due_that_none_of_the_plans_has_shown(
    declaration: Declaration, state: State, policy: Policy, later: datetime, data: st.DataObject
) -> None:
    """Whatever was edited after the approvals: the merge is refused, or the clock asks for no more."""
    plans = [planned(edited(declaration, data.draw), state, policy) for _ in range(2)]
    fresh = planned(declaration, state, policy)
    assume(not fresh.set_aside and not any(plan.set_aside for plan in plans))
    if not list(exceeding(fresh, plans)):
        again = planned(declaration, applied(declaration, state, policy), policy, later)
        assume(not again.set_aside)
        assert steps(again) <= foretold(plans[0], later) | foretold(plans[1], later)


def test_a_plan_of_another_account_covers_nothing(tmp_path: Path) -> None:
    """Ids and names are those of its own account."""
    fresh, plans, _ = plans_of("two-merges-of-two-people", tmp_path)
    elsewhere = [replace(plan, account="outlet.evance.me") for plan in plans]
    assert list(exceeding(fresh, elsewhere)) == list(exceeding(fresh, []))


def test_a_preview_covers_itself_under_its_own_configuration(tmp_path: Path) -> None:
    """And nothing under another one, though the effects were the same."""
    fresh, _, _ = plans_of("two-merges-of-two-people", tmp_path)
    assert list(exceeding_preview(fresh, fresh)) == []
    (reason,) = exceeding_preview(fresh, replace(fresh, config_digest="sha256:other"))
    assert "another configuration" in reason
    first, *_ = exceeding_preview(fresh, replace(fresh, account="outlet.evance.me"))
    assert "outlet.evance.me" in first


def test_what_started_after_the_preview_may_be_written(tmp_path: Path) -> None:
    """The steps of both count, or the write would be skipped as one that nobody saw."""
    fresh, (preview,), _ = plans_of("a-start-that-has-passed", tmp_path)
    assert list(exceeding_preview(fresh, preview)) == []
    assert preview.changes == ()
    (change,) = fresh.changes
    assert coverable_operations(fresh, preview) == {"13": change.operations}


def test_only_entries_that_lifted_something_may_lift(tmp_path: Path) -> None:
    """A merge plans afresh with these alone: then a guard that trips says what to do."""
    fresh, plans, _ = plans_of("an-entry-that-lifted-nothing", tmp_path)
    assert allowances_shown(fresh.allow, plans) == ()
    fresh, plans, _ = plans_of("entries-that-add-up", tmp_path)
    assert allowances_shown(fresh.allow, plans) == fresh.allow
