"""Guards count people and access: the same at 3 contacts as at 30,000, with their numbers in words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconcile.clock import Window
from reconcile.declare.loader import load_declarations
from reconcile.errors import Refusal
from reconcile.model.allowance import Allowance
from reconcile.model.baseline import NoLonger, Undeclared
from reconcile.model.contact import Contact, Grant, Identity, State
from reconcile.model.declaration import Declaration, DeclaredGrant, Mode
from reconcile.model.facets import Facet
from reconcile.model.guards import GuardLimits, Verdict, guard_named, liftable_guards
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.plans.summary import summarise
from reconcile.model.problem import Place
from reconcile.model.record import Record, Remembered
from reconcile.model.settings import ApplySettings, OnUndeclared, Patterns, Policy, Protect
from reconcile.plan.approval import not_covered
from reconcile.plan.guards.allowances import allowance_digests
from reconcile.plan.guards.facts import AccountFacts, OtherHolders
from reconcile.plan.matching.matches import Matches
from reconcile.plan.planner import make_plan, plan_contacts
from reconcile.render.wording.allowances import allow_text
from reconcile.services.planning.project_plan import refuse_guarded, refuse_unseen
from reconcile.services.planning.write_permission import WritePermission
from tests.support.plans.declaration_strategies import NOW


def limits(**configured: Any) -> GuardLimits:
    assert configured.keys() <= GuardLimits().complete().keys()
    return GuardLimits(configured)


KEEPING = Undeclared(Identity("40", "user", "pippa@example.com"), NoLonger.CONTACT)

SIZES = [3, 300, pytest.param(30_000, marks=pytest.mark.long)]


def person(number: int, *roles: str) -> Contact:
    grants = tuple(Grant(reference) for reference in sorted(roles))
    return Contact(Identity(str(number), "user", f"c{number}@example.com"), State(grants, ()))


def entry(number: int, *roles: str, **more: Any) -> Declaration:
    place = Place("contacts/a.yaml", number, 1)
    wanted = tuple(DeclaredGrant(reference, place) for reference in roles)
    return Declaration(place, email=f"c{number}@example.com", roles=wanted, **more)


def planned(
    pairs: list[tuple[Contact | None, Declaration]],
    guards: GuardLimits,
    facts: AccountFacts | None = None,
    asking: frozenset[str] = frozenset(),
    stays: Sequence[Undeclared] = (),
    **policy: Any,
) -> Plan:
    matched = tuple((declared, live.identity) for live, declared in pairs if live is not None)
    created = tuple(declared for live, declared in pairs if live is None)
    context = PlanContext(
        "shop", "shop.evance.me", Policy(guards=guards, **policy), NOW, "1.0", asking_roles=asking
    )
    live = {one.identity.id: one for one, _ in pairs if one is not None}
    matches = Matches(matched, created, ())
    contacts = plan_contacts(matches, live, context)
    return make_plan(matches, contacts, context, facts or AccountFacts(), undeclared=stays)


def verdict(plan: Plan, guard: str) -> Verdict:
    return next(one for one in plan.guards if one.guard == guard)


def losing(size: int, losers: int, guards: GuardLimits, facts: AccountFacts | None = None) -> Plan:
    """An account of that size in which the first few lose a role and keep another."""
    pairs = [
        (
            person(number, "customer", "press"),
            entry(number, "customer", *(["press"] if number >= losers else [])),
        )
        for number in range(size)
    ]
    return planned(pairs, guards, facts)


@given(
    size=st.integers(1, 60),
    losers=st.integers(0, 60),
    contacts=st.integers(0, 20),
    percent=st.integers(0, 100),
)
@example(size=100, losers=29, contacts=0, percent=29)
@settings(deadline=None, max_examples=60)
def test_losing_access_trips_only_above_both_limits(
    size: int, losers: int, contacts: int, percent: int
) -> None:
    """So many contacts, or so large a share of them, whichever is more: to the very contact."""
    losers = min(size, losers)
    found = verdict(
        losing(size, losers, limits(losing_access_contacts=contacts, losing_access_share=percent / 100)),
        "losing-access",
    )
    assert found.passed == (losers <= contacts or losers <= Fraction(percent, 100) * size)
    assert (found.found, len(found.subjects)) == (losers, losers)
    assert f"{losers} of {size} contacts that hold managed roles would lose a role" in found.message
    assert f"the limit is {found.limit}" in found.message


@pytest.mark.parametrize("size", SIZES)
def test_a_mass_removal_trips_at_any_size(size: int) -> None:
    """Everybody loses a role: refused among three as among thirty thousand."""
    assert not verdict(losing(size, size, limits(losing_access_contacts=2)), "losing-access").passed
    assert verdict(losing(size, 1, limits()), "losing-access").passed


@pytest.mark.parametrize("size", SIZES)
def test_a_default_limit_lets_a_tenth_go_in_a_large_account(size: int) -> None:
    """Ten contacts in a small account, a tenth in a large one."""
    most = max(10, size // 10)
    if most < size:
        assert verdict(losing(size, most, limits()), "losing-access").passed
        assert not verdict(losing(size, most + 1, limits()), "losing-access").passed
    else:
        assert verdict(losing(size, size, limits()), "losing-access").passed


@given(st.lists(st.sets(st.integers(0, 30), max_size=8), min_size=1, max_size=5))
@settings(deadline=None, max_examples=60)
def test_a_removal_that_is_split_counts_as_one(runs: list[set[int]]) -> None:
    """Whoever lost a role in the window counts once, together with whoever would lose one now."""
    *earlier, last = runs
    before = frozenset(str(number) for run in earlier for number in run)
    pairs = [
        (
            person(number, "customer", "press"),
            entry(number, "customer", *([] if number in last else ["press"])),
        )
        for number in range(40)
    ]
    guards = limits(losing_access_contacts=5, losing_access_share=0)
    found = verdict(planned(pairs, guards, AccountFacts(recent_losses=before)), "losing-access")
    together = len(before | {str(number) for number in last}) if last else 0
    assert found.found == together
    assert found.passed == (together <= 5)


def keeping(number: int) -> tuple[Contact, Declaration]:
    """A contact whose declaration names no roles, and by additive mode takes none."""
    additive = ((Facet.ROLES, Mode.ADDITIVE),)
    return person(number, "customer", "press"), entry(number, modes=additive)


def tagging(number: int) -> tuple[Contact, Declaration]:
    """A contact of whom only tags are managed."""
    return person(number, "customer"), replace(entry(number), roles=None, tags=())


def waiting(number: int) -> tuple[Contact, Declaration]:
    """A contact whose only role waits for an approval."""
    return held(number, press="pending"), entry(number, "press")


def held(number: int, **roles: str) -> Contact:
    """A contact with roles in other states than active."""
    grants = tuple(Grant(reference, status) for reference, status in sorted(roles.items()))
    return Contact(Identity(str(number), "user", f"c{number}@example.com"), State(grants, ()))


@pytest.mark.parametrize("padding", [keeping, tagging, waiting])
def test_who_can_lose_nothing_does_not_thin_the_share(
    padding: Callable[[int], tuple[Contact, Declaration]],
) -> None:
    """A hundred revocations among a hundred customers are all of them, with 900 other entries beside them."""
    stripped = [(person(number, "customer", "press"), entry(number, "customer")) for number in range(100)]
    plan = planned([*stripped, *map(padding, range(100, 1_000))], limits())
    assert verdict(plan, "losing-access").message == (
        "100 of 100 contacts that hold managed roles would lose a role; the limit is 10"
    )
    assert not verdict(plan, "losing-access").passed


def test_roles_that_wait_and_are_taken_are_counted_on_both_sides() -> None:
    """Their loss is shown and counted, and never of fewer contacts than it is."""
    plan = planned([(held(number, press="pending"), entry(number)) for number in range(3)], limits())
    assert verdict(plan, "losing-access").message.startswith("3 of 3 contacts")


NOBODY_ELSE = AccountFacts(other_holders=OtherHolders({}))


@pytest.mark.parametrize("status", ["pending", "rejected"])
def test_a_role_that_waits_is_nobodys_last_one(status: str) -> None:
    """It opened nothing, so whoever loses it loses no access, and the role loses no holder."""
    plan = planned([(held(1, press=status), entry(1))], limits(), NOBODY_ELSE)
    assert not plan.empty
    assert plan.refused == ()


def test_a_role_that_waits_does_not_replace_the_last_one() -> None:
    """What is left is a role that opens nothing: the contact is locked out, and the role has no holder."""
    locked_out = (held(1, customer="active", press="pending"), entry(1, "press"))
    plan = planned([locked_out], limits(), NOBODY_ELSE)
    assert [one.guard for one in plan.refused] == ["last-holder", "last-role"]
    moved = [(person(1, "press"), entry(1, "customer")), (held(2, press="pending"), entry(2, "press"))]
    assert verdict(planned(moved, limits(), NOBODY_ELSE), "last-holder").found == 1


@pytest.mark.parametrize(("asking", "found"), [(frozenset({"press"}), 1), (frozenset[str](), 0)])
def test_a_new_role_that_asks_for_approval_is_no_gain(asking: frozenset[str], found: int) -> None:
    """Given by the role's own rule it waits: it opens something at once only where the rule asks nothing."""
    plan = planned([(person(1, "customer"), entry(1, "press"))], limits(), asking=asking)
    assert verdict(plan, "last-role").found == found


def test_an_expired_role_that_nobody_manages_has_no_holder() -> None:
    """The contact's roles are not declared, and its grant is in the account's answer, but has lapsed."""
    bystander = (ending(2, ("press", NOW - timedelta(hours=1))), tagging(2)[1])
    plan = planned([ME, bystander], limits(), AccountFacts(other_holders=OtherHolders({"customer": 1})))
    assert verdict(plan, "last-holder").subjects == ("press",)


def active(*roles: str) -> tuple[DeclaredGrant, ...]:
    place = Place("contacts/a.yaml", 1, 1)
    return tuple(DeclaredGrant(role, place, "active") for role in roles)


@pytest.mark.parametrize("live", [person(1), held(1, press="pending"), None])
def test_an_active_grant_of_a_role_that_asks_bypasses_its_approval(live: Contact | None) -> None:
    """Newly given, to somebody new, or activated: it counts, and nobody approves it as something else."""
    declared = replace(entry(1), roles=active("customer", "press"), create=live is None, type="user")
    plan = planned([(live, declared)], limits(), asking=frozenset({"press"}))
    (change,) = plan.changes
    assert [step.item for step in change.operations if step.bypasses_approval] == ["press"]
    assert summarise(plan).roles_activated == 1
    no_approval = planned([(live, declared)], limits())
    assert summarise(no_approval).roles_activated == (live == held(1, press="pending"))
    assert bool(list(not_covered(plan, no_approval))) == (live != held(1, press="pending"))


def ending(number: int, *ends: tuple[str, datetime | None]) -> Contact:
    grants = tuple(Grant(reference, expires=expires) for reference, expires in ends)
    return Contact(Identity(str(number), "user", f"c{number}@example.com"), State(grants, ()))


def until(number: int, *ends: tuple[str, datetime | None]) -> Declaration:
    place = Place("contacts/a.yaml", number, 1)
    wanted = tuple(DeclaredGrant(role, place, window=Window(expires=expires)) for role, expires in ends)
    return Declaration(place, email=f"c{number}@example.com", roles=wanted)


HOUR, YEAR = NOW + timedelta(hours=1), NOW + timedelta(days=365)


@pytest.mark.parametrize("before", [None, YEAR])
@pytest.mark.parametrize("after", [HOUR, YEAR - timedelta(days=1)])
def test_an_end_that_comes_sooner_counts_as_a_loss(before: datetime | None, after: datetime) -> None:
    """A wrong year in a bundle takes access from a whole shop, and no plan would ever show the lapse."""
    had, has = [("customer", None), ("press", before)], [("customer", None), ("press", after)]
    pairs = [(ending(number, *had), until(number, *has)) for number in range(20)]
    found = verdict(planned(pairs, limits()), "losing-access")
    assert not found.passed
    assert found.message == (
        "20 of 20 contacts that hold managed roles would lose a role "
        "(20 of them by an earlier end than before); the limit is 10"
    )


def test_an_end_that_comes_later_is_no_loss() -> None:
    """A role for longer takes nothing away."""
    pair = (ending(1, ("press", HOUR)), until(1, ("press", None)))
    assert planned([pair], limits(losing_access_contacts=0, losing_access_share=0)).refused == ()


@pytest.mark.parametrize(("after", "passed"), [(HOUR, False), (YEAR, True)])
def test_a_last_role_that_ends_in_a_moment_is_taken(after: datetime, passed: bool) -> None:  # noqa: FBT001
    """Cut short to the next hours it is as good as gone; a term of a year is a term."""
    pair = (ending(1, ("press", None)), until(1, ("press", after)))
    plan = planned([pair], limits(), AccountFacts(other_holders=OtherHolders({})))
    assert verdict(plan, "last-role").passed == passed
    assert verdict(plan, "last-holder").passed == passed


def test_a_privileged_role_for_longer_is_a_grant() -> None:
    """From an hour to for ever: the same right as a new grant."""
    pair = (ending(1, ("press", HOUR)), until(1, ("press", None)))
    assert not verdict(planned([pair], limits(granting_roles=("pr*",))), "granting").passed
    back = (ending(1, ("press", None)), until(1, ("press", HOUR)))
    assert verdict(planned([back], limits(granting_roles=("pr*",))), "granting").passed


def test_the_staff_keep_their_roles_for_as_long() -> None:
    """Whoever runs the shop is not locked out later, either."""
    pair = (ending(1, ("press", None)), until(1, ("press", YEAR)))
    assert not verdict(planned([pair], limits(staff=("c1@example.com",))), "self").passed


ME = (person(1, "customer", "press"), entry(1, "customer"))

STRIPPED = (person(2, "press"), entry(2))

AS_DECLARED = (person(5, "press"), entry(5, "press"))


def moving(number: int, *roles: str, to: str = "", field: str = "email") -> tuple[Contact, Declaration]:
    """A contact with such roles, unmanaged, and an entry that gives it another address or username."""
    live = person(number, *roles)
    before = {"email": live.identity.email, "username": None}
    declared = Declaration(
        Place("contacts/a.yaml", number, 1),
        email=live.identity.email,
        profile={field: to or f"c{number}@exmaple.com"},
    )
    return replace(live, state=replace(live.state, profile=before)), declared


def test_sixty_addresses_of_a_misspelt_domain_are_refused() -> None:
    """A slip in one line of a script hands the roles of a whole shop to whoever registers that domain."""
    found = verdict(planned([moving(number, "customer") for number in range(60)], limits()), "changing-email")
    assert found.message == "60 contacts would get another e-mail address or username; the limit is 5"
    assert found.subjects[:2] == ("c0@example.com", "c10@example.com")


@pytest.mark.parametrize("number", [5, 6])
def test_a_few_addresses_may_change(number: int) -> None:
    """People do move: five in one plan pass, the sixth needs somebody who says so."""
    plan = planned([moving(one, "customer") for one in range(number)], limits())
    assert [one.guard for one in plan.refused] == (["changing-email"] if number > 5 else [])


def test_only_another_mailbox_or_username_counts() -> None:
    """Not another case of letters, not another field, not a contact that is created."""
    none = limits(changing_email=0)
    assert not verdict(planned([moving(1, field="username", to="carol")], none), "changing-email").passed
    assert planned([moving(1, to="C1@Example.com")], none).refused == ()
    assert planned([moving(1, field="company", to="Other")], none).refused == ()
    new = (None, replace(CREATED[1], profile={"email": "c4@example.com", "username": "c4"}))
    assert planned([new], none).refused == ()


@pytest.mark.parametrize("names", [["c1@example.com"], ["1"], ["new@example.com"]])
def test_the_address_of_who_runs_the_shop_stays(names: list[str]) -> None:
    """By the address before and after the change: afterwards nobody would know who that was."""
    staff = planned([moving(1, "customer", to="new@example.com")], limits(staff=names))
    assert [one.guard for one in staff.refused] == ["self"]
    protected = planned(
        [moving(1, "customer", to="new@example.com")], limits(), protect=Protect(contacts=tuple(names))
    )
    assert [one.guard for one in protected.refused] == ["protected"]
    assert {"self", "protected"}.isdisjoint(liftable_guards())


def granting_admin(number: int) -> tuple[Contact, Declaration]:
    live, declared = moving(number, "customer")
    return live, replace(declared, roles=(DeclaredGrant("admin", declared.place, "active"),))


def unread_roles(number: int) -> tuple[Contact, Declaration]:
    live, declared = moving(number)
    return replace(live, state=replace(live.state, roles=None)), declared


@pytest.mark.parametrize(
    ("pair", "subject"),
    [
        (moving(1, "admin", "customer"), "email of c1@example.com, who holds admin"),
        (granting_admin(1), "email of c1@example.com, who holds admin"),
        (unread_roles(1), "email of c1@example.com, who holds roles that could not be read"),
    ],
)
def test_no_other_mailbox_gets_a_role_that_opens_much(
    pair: tuple[Contact, Declaration], subject: str
) -> None:
    """Held now, though nobody manages it; given by the same plan; perhaps held, for all that is known."""
    guards = limits(granting_roles=("adm*",), granting=1)
    privileged = planned([pair], guards)
    assert [(one.guard, one.subjects) for one in privileged.refused] == [("protected", (subject,))]
    named = planned([pair], limits(), protect=Protect(roles=("adm*",)))
    assert subject in verdict(named, "protected").subjects
    assert verdict(named, "changing-email").found == 0


def test_a_waiting_role_that_opens_much_is_not_handed_over() -> None:
    """It opens nothing, and who approves it sees the new address."""
    live, declared = moving(1)
    live = replace(live, state=replace(live.state, roles=(Grant("admin", "pending"),)))
    plan = planned([(live, declared)], limits(granting_roles=("admin",)))
    assert plan.refused == ()


GAINING = (person(3, "customer"), entry(3, "customer", "press"))

CREATED = (None, entry(4, "customer", create=True, type="user"))

TRIPPED: dict[str, tuple[Callable[[], Plan], str]] = {
    "changing-email": (
        lambda: planned([moving(1, "customer")], limits(changing_email=0)),
        "1 contact would get another e-mail address or username; the limit is 0",
    ),
    "creating": (
        lambda: planned([CREATED, ME], limits(creating=0)),
        "1 contact would be created; the limit is 0",
    ),
    "empty-declarations": (
        lambda: planned([], limits()),
        "1 declaration missing: nothing is declared; the limit is 0",
    ),
    "granting": (
        lambda: planned([GAINING], limits(granting_roles=("pr*",))),
        "1 contact would gain a privileged role; the limit is 0",
    ),
    "incomplete-listing": (
        lambda: planned([ME], limits(), AccountFacts(gap="12 rows seen, 13 counted")),
        "the account could not be listed whole: 12 rows seen, 13 counted",
    ),
    "journals": (
        lambda: planned([ME], limits(), AccountFacts(missing_journals=("20261123T090000Z-abcdef",))),
        (
            "1 journal of the last 24 hours is missing: 20261123T090000Z-abcdef; bring it back to "
            ".reconcile/runs, or look at what was done then before you lift this"
        ),
    ),
    "last-holder": (
        lambda: planned([ME], limits(), AccountFacts(other_holders=OtherHolders({"customer": 2}))),
        "1 role would lose the last holder; the limit is 0",
    ),
    "last-role": (
        lambda: planned([STRIPPED], limits()),
        "1 contact would lose the last role; the limit is 0",
    ),
    "losing-access": (
        lambda: losing(3, 3, limits(losing_access_contacts=2)),
        "3 of 3 contacts that hold managed roles would lose a role; the limit is 2",
    ),
    "protected": (
        lambda: planned([ME], limits(), protect=Protect(roles=("press",))),
        "1 protected item would be touched; the limit is 0",
    ),
    "self": (
        lambda: planned([ME], limits(staff=("C1@example.com",))),
        (
            "1 contact of the staff would lose a role or get another e-mail address or username; "
            "the limit is 0"
        ),
    ),
    "shrunk": (
        lambda: planned([ME], limits(), AccountFacts(contacts=79, before=100)),
        "21 contacts fewer than at the last run; the limit is 20",
    ),
    "undeclared": (
        lambda: planned([AS_DECLARED], limits(), stays=[KEEPING, KEEPING], undeclared=OnUndeclared.REFUSE),
        "1 contact would keep what is declared no longer; the limit is 0",
    ),
    "unreadable": (
        lambda: planned([(unreadable(), entry(1, "customer", "press"))], limits()),
        "1 contact set aside: what must be kept could not be read, and nothing is guessed; the limit is 0",
    ),
}


def unreadable() -> Contact:
    return Contact(ME[0].identity, State((Grant("customer", "", readable=False),), ()))


def refuse(plan: Plan, ceilings: dict[str, int]) -> None:
    """As apply does, be there changes or none."""
    if plan.empty:
        refuse_unseen(plan)
    refuse_guarded(plan, ceilings, print)


@pytest.mark.parametrize("guard", TRIPPED)
def test_each_guard_has_its_numbers_in_its_message(guard: str) -> None:
    """What was counted and the limit: a person sees how far the plan is beyond it."""
    make, message = TRIPPED[guard]
    plan = make()
    assert [one.guard for one in plan.refused] == [guard]
    assert verdict(plan, guard).message == message
    if guard_named(guard).spares_others:
        refuse(plan, {})  # those contacts are set aside, and hinder nobody
        return
    with pytest.raises(Refusal, match=f"{guard}: {message}"):
        refuse(plan, {})


@pytest.mark.parametrize(
    ("holders", "unread", "told"),
    [
        ({"press": 1}, 500, "0 roles would lose the last holder; the limit is 0"),
        ({}, 0, "1 role would lose the last holder; the limit is 0"),
        (
            {},
            500,
            (
                "1 role would lose the last holder, as far as is known (500 other contacts were not read); "
                "the limit is 0"
            ),
        ),
    ],
)
def test_the_last_holder_among_those_who_were_read_counts(
    holders: dict[str, int], unread: int, told: str
) -> None:
    """One other holder is enough; without one, contacts that were not read lift nothing."""
    found = verdict(
        planned([ME], limits(), AccountFacts(other_holders=OtherHolders(holders, unread))), "last-holder"
    )
    assert found.message == told
    assert found.passed == bool(holders)


def test_every_guard_of_a_plan_is_tried_here() -> None:
    """A new guard needs its case."""
    assert {one.guard for one in planned([ME], limits()).guards} == set(TRIPPED)


@pytest.mark.parametrize("guard", [name for name in TRIPPED if not guard_named(name).spares_others])
def test_an_override_is_exact(guard: str) -> None:
    """It lifts the guard it names up to its ceiling, not one further, and no other guard."""
    plan = TRIPPED[guard][0]()
    found = verdict(plan, guard).found
    for ceilings in ({guard: found - 1}, {other: 999 for other in liftable_guards() if other != guard}):
        with pytest.raises(Refusal):
            refuse(plan, ceilings)
    if guard in liftable_guards():
        refuse(plan, {guard: found})
    else:
        with pytest.raises(Refusal, match="nothing lifts this guard"):
            refuse(plan, {guard: 999})


@pytest.mark.parametrize(("gone", "passed"), [(29, True), (30, False)])
def test_shrinking_trips_above_its_share(gone: int, passed: bool) -> None:  # noqa: FBT001 - a column of a table
    """29 % of 100 are 29, not 28: to the very contact."""
    plan = planned([ME], limits(shrunk=0.29), AccountFacts(contacts=100 - gone, before=100))
    assert verdict(plan, "shrunk").passed == passed


def allowances_of(text: str, folder: Path) -> tuple[Allowance, ...]:
    """What a text says that was pasted into a file of the declarations, its reasons filled in."""
    (folder / "contacts").mkdir()
    declared = text.replace('reason: ""', "reason: Agreed") + "\ncontacts: [{id: 1, tags: [x]}]\n"
    (folder / "contacts" / "allow.yaml").write_text(declared, encoding="utf-8")
    return load_declarations(folder / "contacts", Policy(), root=folder, now=NOW).allowances


@pytest.mark.parametrize("guard", [guard for guard in TRIPPED if guard in liftable_guards()])
def test_the_text_to_paste_lifts_what_is_refused(
    guard: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verbatim, for each guard: it is valid, it lifts each that it is for, and is told at the plan's head."""
    plan = TRIPPED[guard][0]()
    text = allow_text(plan.guards)
    entries = allowances_of(text, tmp_path)
    assert [entry.guard for entry in entries] == [guard]
    monkeypatch.setattr("tests.plan.test_guards.PlanContext", partial(PlanContext, allowances=entries))
    lifted = TRIPPED[guard][0]()
    assert verdict(lifted, guard).lifted
    assert lifted.allow == entries
    refuse(lifted, {})
    record = Record("run-1", NOW, None, "", "", {}, allowance_digests(entries))
    remembered = partial(PlanContext, allowances=entries, remembered=Remembered(record))
    monkeypatch.setattr("tests.plan.test_guards.PlanContext", remembered)
    again = TRIPPED[guard][0]()
    assert not verdict(again, guard).lifted
    assert verdict(again, guard).to_allow != verdict(plan, guard).to_allow


def test_an_entry_that_ends_while_somebody_thinks_lifts_nothing_more(tmp_path: Path) -> None:
    """The write is what counts: a person may have thought for days."""
    plan = TRIPPED["last-role"][0]()
    entry = Allowance("last-role", NOW + timedelta(days=1), "agreed", Place("contacts/a.yaml", 3, 1))
    permission = WritePermission(ApplySettings(), {}, tmp_path, lambda: NOW + timedelta(days=1))
    permission.refuse_late(replace(plan, valid_until=None))
    with pytest.raises(Refusal, match=r"the entry at contacts/a.yaml:3 lifted the guard last-role until"):
        permission.refuse_late(replace(plan, valid_until=None, allow=(entry,)))


def test_what_is_ignored_can_not_trip_a_guard() -> None:
    """It is carried along, so nobody loses it."""
    plan = planned([ME], limits(last_role=0, losing_access_contacts=0), ignore=Patterns(roles=("press",)))
    assert plan.empty
    assert plan.refused == ()


def test_the_page_on_guards_has_every_guard() -> None:
    """Whoever is refused finds there what it means and what lifts it."""
    page = (Path(__file__).parents[2] / "docs" / "guards.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)
    assert rows == sorted(TRIPPED)
    assert all(f"`{guard}`" in page for guard in set(TRIPPED) - set(liftable_guards()))
