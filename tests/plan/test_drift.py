"""Why an item differs, by the declared windows and what earlier runs have done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconcile.clock import Window
from reconcile.documents.codec import encode
from reconcile.documents.reports import DriftDocument, drift_from_document
from reconcile.model.baseline import NoLonger, Undeclared
from reconcile.model.contact import BY_ROLE, Contact, Grant, Identity, State
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.guards import Verdict
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.problem import Place
from reconcile.model.record import NOTHING_REMEMBERED, Record, RecordedEntry, Remembered, UnrecordedRun
from reconcile.model.reports.drift import Cause, Event, LastKnown
from reconcile.model.settings import Policy
from reconcile.plan.baseline.resolved import resolved_form
from reconcile.plan.contact_plan import ContactPlan
from reconcile.plan.digest import plan_digest, policy_digest, resolved_digest
from reconcile.plan.drift.causes import due_plan, explain_drift, waiting_for_others, without_waiting
from reconcile.plan.matching.matches import Matches
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
    matches = Matches(((declaration, BOB),), (), ())
    return make_plan(matches, contact_plans(declaration, *tags, roles=roles), PLAN_CONTEXT)


def contact_plans(
    declaration: Declaration, *tags: str, roles: tuple[Grant, ...] = ()
) -> tuple[ContactPlan, ...]:
    live = Contact(BOB, State(roles=roles, tags=tags, profile={}, address={}))
    return plan_contacts(Matches(((declaration, BOB),), (), ()), {BOB.id: live}, PLAN_CONTEXT)


def recorded(declaration: Declaration, plan: Plan, at: timedelta = -24 * HOUR) -> Remembered:
    """The last complete run, of that declaration."""
    form = resolved_form(declaration)
    entry = RecordedEntry(resolved_digest(declaration, Policy()), BOB.id, NOW + at, form=form)
    made_for = (plan.declarations_digest, policy_digest(Policy(), plan.account))
    return Remembered(Record("run-1", NOW + at, None, *made_for, {declaration.key: entry}))


def tried(plan: Plan, settled: str = "", *, complete: bool = False) -> UnrecordedRun:
    """A later run of the same declarations that left no record."""
    made_for = (plan.declarations_digest, policy_digest(Policy(), plan.account))
    return UnrecordedRun("run-2", NOW - 12 * HOUR, *made_for, complete, frozenset(filter(None, [settled])))


def of_another_form(remembered: Remembered) -> Remembered:
    """As if the declaration had come to something else then."""
    assert remembered.record is not None
    entries = {key: replace(entry, resolved="sha256:0") for key, entry in remembered.record.entries.items()}
    return replace(remembered, record=replace(remembered.record, entries=entries))


def under_another_configuration(remembered: Remembered) -> Remembered:
    assert remembered.record is not None
    return replace(remembered, record=replace(remembered.record, config="sha256:0"))


def never_settled(remembered: Remembered) -> Remembered:
    """As if the declaration had been set aside by all runs."""
    assert remembered.record is not None
    entries = {key: replace(entry, settled=None) for key, entry in remembered.record.entries.items()}
    return replace(remembered, record=replace(remembered.record, entries=entries))


STARTED = tagged(DeclaredTag("vip", PLACE, window(starts=-HOUR)))

LAPSED = tagged(DeclaredTag("vip", PLACE, window(expires=-HOUR)))

PLAIN = tagged(DeclaredTag("vip", PLACE))

ROLE = tagged(roles=(DeclaredGrant("press", PLACE, window=window(expires=-HOUR)),))

STARTED_PLAN, LAPSED_PLAN, PLAIN_PLAN = planned(STARTED), planned(LAPSED, "vip"), planned(PLAIN)

ROLE_PLAN = planned(ROLE, roles=(Grant("press"),))

STARTED_ONCE, LAPSED_ONCE = recorded(STARTED, STARTED_PLAN), recorded(LAPSED, LAPSED_PLAN)

PLAIN_ONCE = recorded(PLAIN, PLAIN_PLAN)

CASES = {
    "a window that started since the last complete run is due": (
        STARTED_PLAN, STARTED_ONCE, (Cause.STARTED, True)),
    "a window that ended since the last complete run is due": (
        LAPSED_PLAN, LAPSED_ONCE, (Cause.LAPSED, True)),
    "a window that ended before the last complete run was opened again by somebody": (
        LAPSED_PLAN, recorded(LAPSED, LAPSED_PLAN, -HOUR), (Cause.OUTSIDE, False)),
    "a role that is held beyond its end was given again by somebody": (
        ROLE_PLAN, recorded(ROLE, ROLE_PLAN), (Cause.OUTSIDE, False)),
    "a role that is held beyond an end nobody has carried out is not drift by anybody": (
        ROLE_PLAN, NOTHING_REMEMBERED, (Cause.NOT_APPLIED, False)),
    "what a later run set right was changed since": (
        STARTED_PLAN, replace(STARTED_ONCE, settled={"13": NOW - HOUR}), (Cause.OUTSIDE, False)),
    "what a later run did before the window says nothing": (
        STARTED_PLAN, replace(STARTED_ONCE, settled={"13": NOW - 2 * HOUR}), (Cause.STARTED, True)),
    "without a record nothing is due": (
        STARTED_PLAN, NOTHING_REMEMBERED, (Cause.STARTED, False)),
    "what was recorded in another form is not due": (
        STARTED_PLAN, of_another_form(STARTED_ONCE), (Cause.STARTED, False)),
    "what was recorded under another configuration is not due": (
        LAPSED_PLAN, under_another_configuration(LAPSED_ONCE), (Cause.LAPSED, False)),
    "what every run has set aside is not due": (
        STARTED_PLAN, never_settled(STARTED_ONCE), (Cause.STARTED, False)),
    "what no window explains was changed outside": (
        PLAIN_PLAN, PLAIN_ONCE, (Cause.OUTSIDE, False)),
    "what was recorded in another form is not applied yet": (
        PLAIN_PLAN, of_another_form(PLAIN_ONCE), (Cause.NOT_APPLIED, False)),
    "what an interrupted run did not reach is left over": (
        PLAIN_PLAN, replace(PLAIN_ONCE, unrecorded=tried(PLAIN_PLAN)), (Cause.INTERRUPTED, False)),
    "what an interrupted run did reach was changed since": (
        PLAIN_PLAN, Remembered(unrecorded=tried(PLAIN_PLAN, "13")), (Cause.OUTSIDE, False)),
    "what a run of an earlier version left as declared was changed since": (
        PLAIN_PLAN, Remembered(unrecorded=tried(PLAIN_PLAN, complete=True)), (Cause.OUTSIDE, False)),
    "what every run has set aside is not drift by anybody": (
        PLAIN_PLAN, never_settled(PLAIN_ONCE), (Cause.NOT_APPLIED, False)),
    "what was never applied is not drift by anybody": (
        PLAIN_PLAN, NOTHING_REMEMBERED, (Cause.NOT_APPLIED, False)),
    "the clock goes on after a run that was interrupted": (
        STARTED_PLAN, replace(STARTED_ONCE, unrecorded=tried(STARTED_PLAN)), (Cause.STARTED, True)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_cause_of_a_difference(case: str) -> None:
    """One contact with one tag that is too many or missing."""
    plan, remembered, expected = CASES[case]
    (difference,) = explain_drift(plan, remembered, Policy()).differences
    assert (difference.cause, difference.due) == expected


TAG_HELD, NOT_HELD = LastKnown("vip", NOW - 24 * HOUR), LastKnown(None, NOW - 24 * HOUR)

EARLIER_ROLE = LastKnown(Grant("press", BY_ROLE, NOW - HOUR), NOW - 24 * HOUR)

EVENTS = {
    "a declared tag that is gone was taken away": (PLAIN_PLAN, PLAIN_ONCE, Event.TAKEN_AWAY, TAG_HELD),
    "a tag that nobody declares was given": (
        planned(tagged(), "vip"), recorded(tagged(), planned(tagged(), "vip")), Event.GIVEN, NOT_HELD),
    "a role that is held beyond its end had that end": (
        ROLE_PLAN, recorded(ROLE, ROLE_PLAN), Event.EXPIRY, EARLIER_ROLE),
    "an interrupted run that reached the contact proves what it held": (
        PLAIN_PLAN, Remembered(unrecorded=tried(PLAIN_PLAN, "13")), Event.TAKEN_AWAY,
        LastKnown("vip", NOW - 12 * HOUR)),
    "what every run has set aside is not known": (
        PLAIN_PLAN, never_settled(PLAIN_ONCE), None, None),
    "what a run knew that saw the item as it is now tells nothing": (
        STARTED_PLAN, replace(STARTED_ONCE, settled={"13": NOW - HOUR}), Event.TAKEN_AWAY, None),
    "the clock does nothing outside": (STARTED_PLAN, STARTED_ONCE, None, NOT_HELD),
    "a declaration of another form proves what it had": (
        PLAIN_PLAN, of_another_form(PLAIN_ONCE), None, TAG_HELD),
    "nothing is known before the first run": (PLAIN_PLAN, NOTHING_REMEMBERED, None, None),
}  # fmt: skip


@pytest.mark.parametrize("case", EVENTS)
def test_what_happened_and_what_was_last_known(case: str) -> None:
    """By the run that last left the contact as declared; not known is said so, never guessed."""
    plan, remembered, event, known = EVENTS[case]
    (difference,) = explain_drift(plan, remembered, Policy()).differences
    assert (difference.event, difference.last_known) == (event, known)


def test_an_expiry_that_somebody_changed_is_not_the_clock() -> None:
    """The grant's window began since the last apply, but what differs is its end."""
    grant = DeclaredGrant("vip", PLACE, "active", window(starts=-HOUR, expires=HOUR))
    declaration = tagged(roles=(grant,))
    plan = planned(declaration, roles=(Grant("vip", "active", NOW + 9 * HOUR),))
    (difference,) = explain_drift(plan, recorded(declaration, plan), Policy()).differences
    assert difference.cause is Cause.OUTSIDE


def test_a_contact_is_due_only_when_all_of_it_is() -> None:
    """Its update would also overwrite what somebody changed, which nobody has judged."""
    declaration = tagged(DeclaredTag("vip", PLACE, window(starts=-HOUR)))
    plan = planned(declaration, "stranger")
    remembered = recorded(declaration, plan)
    found = explain_drift(plan, remembered, Policy())
    assert [difference.cause for difference in found.differences] == [Cause.STARTED, Cause.OUTSIDE]
    assert found.due == ()
    contacts = contact_plans(declaration, "stranger")
    waiting = waiting_for_others(contacts, remembered, Policy(), plan.account)
    assert waiting == {declaration.key}
    (alone,) = without_waiting(contacts, waiting)
    assert (alone.operations, alone.folded.target) == ((), contacts[0].folded.before)
    cut = due_plan(plan, [declaration], len(waiting), remembered, Policy())
    assert cut.notes == ("1 more contact differs for other reasons, which 'reconcile drift' tells",)


def test_what_is_due_waits_for_nobody() -> None:
    """It is carried out as it was planned."""
    contacts = contact_plans(STARTED)
    assert waiting_for_others(contacts, STARTED_ONCE, Policy(), STARTED_PLAN.account) == frozenset()
    assert without_waiting(contacts, ()) == contacts


def test_a_contact_that_is_yet_to_come_is_not_created_by_the_clock() -> None:
    """Nor counted as one that would be."""
    declaration = Declaration(PLACE, email=BOB.email, create=True, type="user", tags=())
    contacts = plan_contacts(Matches((), (declaration,), ()), {}, PLAN_CONTEXT)
    waiting = waiting_for_others(contacts, NOTHING_REMEMBERED, Policy(), STARTED_PLAN.account)
    assert without_waiting(contacts, waiting) == ()


def test_the_due_plan_is_a_plan_of_its_own() -> None:
    """With a digest of its own content, and the verdicts on that."""
    cut = due_plan(STARTED_PLAN, [STARTED], 0, STARTED_ONCE, Policy())
    assert cut.changes == STARTED_PLAN.changes
    assert cut.guards == STARTED_PLAN.guards
    assert cut.digest == plan_digest(cut)


def test_the_clock_has_no_part_in_what_is_declared_no_longer() -> None:
    """A run of what is due neither tells of it nor is refused for it: a whole run does both."""
    told = Undeclared(Identity("40", "user", "pippa@example.com"), NoLonger.CONTACT)
    refused = Verdict("undeclared", passed=False, message="1 contact", found=1, subjects=("pippa",))
    cut = due_plan(
        replace(STARTED_PLAN, guards=(refused,), undeclared=(told,)), [STARTED], 0, STARTED_ONCE, Policy()
    )
    assert (cut.undeclared, cut.refused) == ((), ())


@pytest.mark.parametrize("case", CASES)
def test_drift_comes_back_from_its_document(case: str) -> None:
    """What ``--out`` writes is what the issue is made of."""
    plan, remembered, _ = CASES[case]
    found = explain_drift(plan, remembered, Policy())
    again = drift_from_document(encode(DriftDocument, found))
    assert encode(DriftDocument, again) == encode(DriftDocument, found)
    known = [(one.cause, one.last_known) for one in found.differences]
    assert [(one.cause, one.last_known) for one in again.differences] == known


def test_a_document_with_another_number_of_causes_is_refused() -> None:
    """A cause that belongs to no operation would be told of the wrong one."""
    document = encode(DriftDocument, explain_drift(PLAIN_PLAN, NOTHING_REMEMBERED, Policy()))
    document["differences"] = []
    with pytest.raises(ValueError, match="one difference for each operation"):
        drift_from_document(document)
