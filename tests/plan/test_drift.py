"""Why an item differs, by the declared windows and what earlier runs have done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconcile.clock import Window
from reconcile.documents.codec import encode
from reconcile.documents.reports import DriftDocument, drift_from_document
from reconcile.model.contact import Contact, Grant, Identity, State
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.plan import Plan, PlanContext
from reconcile.model.problem import Place
from reconcile.model.reports import Cause
from reconcile.model.settings import Policy
from reconcile.plan.digest import plan_digest
from reconcile.plan.drift import ApplyHistory, LastApply, due_plan, explain_drift
from reconcile.plan.matching import Matches
from reconcile.plan.planner import make_plan, plan_contacts

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

HOUR = timedelta(hours=1)

PLACE = Place("contacts/a.yaml", 1, 1)

BOB = Identity("13", "user", "bob@email.com", None)

PLAN_CONTEXT = PlanContext("shop", "example.evance.me", Policy(), NOW, "0.1.0")


def tagged(*tags: DeclaredTag, roles: tuple[DeclaredGrant, ...] = ()) -> Declaration:
    return Declaration(PLACE, email=BOB.email, roles=roles, tags=tags)


def window(starts: timedelta | None = None, expires: timedelta | None = None) -> Window:
    return Window(None if starts is None else NOW + starts, None if expires is None else NOW + expires)


def planned(declaration: Declaration, *tags: str, roles: tuple[Grant, ...] = ()) -> Plan:
    live = Contact(BOB, State(roles=roles, tags=tags, profile={}, address={}))
    matches = Matches(((declaration, BOB),), (), ())
    return make_plan(matches, plan_contacts(matches, {BOB.id: live}, PLAN_CONTEXT), PLAN_CONTEXT)


def applied(plan: Plan, at: timedelta = -24 * HOUR, *, complete: bool = True, settled: str = "") -> LastApply:
    """The last apply, of the same declarations."""
    made_for = (plan.declarations_digest, plan.config_digest)
    return LastApply("run-1", NOW + at, *made_for, complete, frozenset(filter(None, [settled])))


STARTED = tagged(DeclaredTag("vip", PLACE, window(starts=-HOUR)))

LAPSED = tagged(DeclaredTag("vip", PLACE, window(expires=-HOUR)))

PLAIN = tagged(DeclaredTag("vip", PLACE))

STARTED_PLAN, LAPSED_PLAN, PLAIN_PLAN = planned(STARTED), planned(LAPSED, "vip"), planned(PLAIN)

ITEM = ("13", "tags", "vip")

CASES = {
    "a window that started since the last apply is due": (
        STARTED_PLAN, ApplyHistory(applied(STARTED_PLAN)), (Cause.STARTED, True)),
    "a window that ended since the last apply is due": (
        LAPSED_PLAN, ApplyHistory(applied(LAPSED_PLAN)), (Cause.LAPSED, True)),
    "a window that ended before the last apply was opened again by somebody": (
        LAPSED_PLAN, ApplyHistory(applied(LAPSED_PLAN, -HOUR)), (Cause.OUTSIDE, False)),
    "what a later run set right was changed since": (
        STARTED_PLAN, ApplyHistory(applied(STARTED_PLAN), {ITEM: NOW - HOUR}),
        (Cause.OUTSIDE, False),
    ),
    "what a run wrote before the window says nothing": (
        STARTED_PLAN, ApplyHistory(applied(STARTED_PLAN), {ITEM: NOW - 2 * HOUR}),
        (Cause.STARTED, True),
    ),
    "without any apply on record nothing is due": (
        STARTED_PLAN, ApplyHistory(), (Cause.STARTED, False)),
    "after an apply of other declarations nothing is due": (
        STARTED_PLAN, ApplyHistory(replace(applied(STARTED_PLAN), declarations="sha256:0")),
        (Cause.STARTED, False)),
    "after an apply under another configuration nothing is due": (
        LAPSED_PLAN, ApplyHistory(replace(applied(LAPSED_PLAN), config="sha256:0")),
        (Cause.LAPSED, False)),
    "what no window explains was changed outside": (
        PLAIN_PLAN, ApplyHistory(applied(PLAIN_PLAN)), (Cause.OUTSIDE, False)),
    "what an interrupted run did not reach is left over": (
        PLAIN_PLAN, ApplyHistory(applied(PLAIN_PLAN, complete=False)), (Cause.INTERRUPTED, False)),
    "what an interrupted run did reach was changed since": (
        PLAIN_PLAN, ApplyHistory(applied(PLAIN_PLAN, complete=False, settled="13")),
        (Cause.OUTSIDE, False)),
    "what was never applied is not drift by anybody": (
        PLAIN_PLAN, ApplyHistory(), (Cause.NOT_APPLIED, False)),
    "the clock goes on after a run that was interrupted": (
        STARTED_PLAN, ApplyHistory(applied(STARTED_PLAN, complete=False)), (Cause.STARTED, True)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_cause_of_a_difference(case: str) -> None:
    """One contact with one tag that is too many or missing."""
    plan, history, expected = CASES[case]
    (difference,) = explain_drift(plan, history).differences
    assert (difference.cause, difference.due) == expected


def test_an_expiry_that_somebody_changed_is_not_the_clock() -> None:
    """The grant's window began since the last apply, but what differs is its end."""
    grant = DeclaredGrant("vip", PLACE, "active", window(starts=-HOUR, expires=HOUR))
    declaration = tagged(roles=(grant,))
    plan = planned(declaration, roles=(Grant("vip", "active", NOW + 9 * HOUR),))
    (difference,) = explain_drift(plan, ApplyHistory(applied(plan))).differences
    assert difference.cause is Cause.OUTSIDE


def test_a_contact_is_due_only_when_all_of_it_is() -> None:
    """Its update would also overwrite what somebody changed, which nobody has judged."""
    declaration = tagged(DeclaredTag("vip", PLACE, window(starts=-HOUR)))
    plan = planned(declaration, "stranger")
    found = explain_drift(plan, ApplyHistory(applied(plan)))
    assert [difference.cause for difference in found.differences] == [Cause.STARTED, Cause.OUTSIDE]
    assert found.due == ()
    cut = due_plan(found)
    assert cut.empty
    assert cut.notes == ("1 more contact differs for other reasons, which 'reconcile drift' tells",)


def test_the_due_plan_is_a_plan_of_its_own() -> None:
    """With a digest of its own content, and the whole plan's verdicts."""
    found = explain_drift(STARTED_PLAN, ApplyHistory(applied(STARTED_PLAN)))
    cut = due_plan(found)
    assert cut.changes == STARTED_PLAN.changes
    assert cut.guards == STARTED_PLAN.guards
    assert cut.digest == plan_digest(cut)


@pytest.mark.parametrize("case", CASES)
def test_drift_comes_back_from_its_document(case: str) -> None:
    """What ``--out`` writes is what the issue is made of."""
    plan, history, _ = CASES[case]
    found = explain_drift(plan, history)
    again = drift_from_document(encode(DriftDocument, found))
    assert encode(DriftDocument, again) == encode(DriftDocument, found)
    assert [one.cause for one in again.differences] == [one.cause for one in found.differences]


def test_a_document_with_another_number_of_causes_is_refused() -> None:
    """A cause that belongs to no operation would be told of the wrong one."""
    document = encode(DriftDocument, explain_drift(PLAIN_PLAN, ApplyHistory()))
    document["differences"] = []
    with pytest.raises(ValueError, match="one difference for each operation"):
        drift_from_document(document)
