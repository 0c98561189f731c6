"""What a write did unasked is told from what people, clocks and the account itself change anyway."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconcile.model.contact import Contact, Grant, Identity, OtherTag, State
from reconcile.model.facets import Facet
from reconcile.model.plans.operation import Action, Operation, Origin, OriginKind, Value
from reconcile.model.result import WriteEffect
from reconcile.model.settings import Patterns, Policy
from reconcile.plan.approval import unmet_target
from reconcile.plan.write_effect import UnaskedChanges, effect_of, unasked_changes

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

SOON, LATE = NOW + timedelta(minutes=4), NOW + timedelta(days=30)

POLICY = Policy(ignore=Patterns(roles=("staff-*",), tags=("auto:*",)))

NAMES = {"firstname": "Ann", "lastname": "Vale", "company": None}

PROFILE = {
    **NAMES,
    "email": "ann@example.com",
    "reference": "A-14",
    "phone": "01473 1",
    "username": "ann",
}

BEFORE = Contact(
    Identity("14", "user", "ann@example.com", "A-14"),
    State(
        roles=(
            Grant("customer"),
            Grant("press", expires=LATE),
            Grant("preview", expires=SOON),
            Grant("staff-tools"),
            Grant("wholesale", "pending"),
        ),
        tags=("auto:seen", "VIP"),
        profile=PROFILE,
        address={**NAMES, "line1": "2 Mews", "city": "Ipswich"},
    ),
)


def after(**facets: Any) -> Contact:
    """The contact at the second reading: like before, with these facets instead."""
    return replace(BEFORE, state=replace(BEFORE.state, **facets))


def roles(*gone: str, **changed: Grant) -> tuple[Grant, ...]:
    held = {grant.reference: grant for grant in BEFORE.state.roles or () if grant.reference not in gone}
    return tuple(sorted((held | changed).values()))


def step(facet: Facet, item: str, action: Action, before: Value, after: Value) -> Operation:
    return Operation(facet, item, action, before, after, Origin(OriginKind.DECLARED))


def found(live: Contact, *operations: Operation, now: datetime = NOW) -> UnaskedChanges:
    return unasked_changes(BEFORE, live, operations, POLICY, now)


def lost(live: Contact, *operations: Operation, now: datetime = NOW) -> list[str]:
    return list(map(str, found(live, *operations, now=now).lost))


def test_an_unchanged_contact_has_nothing_to_tell() -> None:
    """Neither a loss, nor a fault, nor a note."""
    assert found(BEFORE) == UnaskedChanges()


@pytest.mark.parametrize(
    ("held", "gone"),
    [
        (roles("customer"), ["role customer"]),
        (roles("press", "staff-tools"), ["role press", "role staff-tools"]),
        (roles(press=Grant("press", expires=NOW)), ["role press"]),
        (roles(customer=Grant("customer", "pending")), ["role customer"]),
        (roles("preview"), []),  # it may have ended by itself: the clocks differ by minutes
        (roles(press=Grant("press", expires=LATE - timedelta(days=1))), []),  # a fault, no loss
        (roles(wholesale=Grant("wholesale", "rejected")), []),
    ],
)
def test_a_role_is_lost_when_its_access_is_gone_before_its_time(
    held: tuple[Grant, ...], gone: list[str]
) -> None:
    """Absent, ended, or sent back to wait; ignored ones count as well."""
    assert lost(after(roles=held)) == gone


def test_a_grant_that_ends_while_the_run_lasts_is_no_loss() -> None:
    """The second reading may be an hour after the plan."""
    assert lost(after(roles=roles("preview", "press")), now=LATE) == []


def test_what_the_write_takes_is_no_loss() -> None:
    """A revocation, a grant cut short to now, a removed tag, an emptied field."""
    operations = (
        step(Facet.ROLES, "customer", Action.REMOVE, Grant("customer"), None),
        step(Facet.ROLES, "press", Action.CHANGE, Grant("press", expires=LATE), Grant("press", expires=SOON)),
        step(Facet.TAGS, "VIP", Action.REMOVE, "VIP", None),
        step(Facet.PROFILE, "phone", Action.REMOVE, "01473 1", None),
    )
    live = after(
        roles=roles("customer", "press"),
        tags=("auto:seen",),
        profile={**PROFILE, "phone": None},
    )
    assert found(live, *operations) == UnaskedChanges()


def test_a_role_that_the_write_was_to_change_is_lost_when_it_is_gone() -> None:
    """It was to last longer: nobody asked to take it."""
    lengthened = step(
        Facet.ROLES, "press", Action.CHANGE, Grant("press", expires=LATE), Grant("press", expires=None)
    )
    assert lost(after(roles=roles("press")), lengthened) == ["role press"]


@pytest.mark.parametrize(
    ("held", "fault"),
    [
        (roles(press=Grant("press", expires=LATE - timedelta(days=1))), "role press expires"),
        (roles(wholesale=Grant("wholesale")), "role wholesale is 'active', and was 'pending'"),
        (roles(**{"sample-box": Grant("sample-box")}), "role sample-box is held, and was not before"),
    ],
)
def test_a_grant_that_changed_beside_the_write_is_a_fault(held: tuple[Grant, ...] | None, fault: str) -> None:
    """Shorter, of another status, or new: nobody saw it coming, and nobody loses a role by it."""
    changes = found(after(roles=held))
    assert (changes.lost, len(changes.faults)) == ((), 1)
    assert fault in changes.faults[0]


def test_roles_that_are_not_shown_any_more_count_as_lost() -> None:
    """No later run could see that they are gone: the contact would be as declared, or just set aside."""
    changes = found(after(roles=None))
    assert changes.lost_role
    assert changes.faults == ("its roles can't be read any more",)


@pytest.mark.parametrize(
    ("tags", "gone", "notes"),
    [
        (("auto:seen",), ["tag VIP"], 0),
        (("auto:seen", "vip"), [], 0),  # the same tag
        (("VIP",), [], 1),  # ignored ones come and go
        ((), ["tag VIP"], 1),
        (("auto:seen", "VIP", "by-hand"), [], 0),
    ],
)
def test_a_tag_is_lost_unless_it_is_ignored(tags: tuple[str, ...], gone: list[str], notes: int) -> None:
    """One that merely has another letter case is there, and a new one is somebody else's."""
    changes = found(after(tags=tags))
    assert (list(map(str, changes.lost)), len(changes.notes)) == (gone, notes)


def test_a_tag_of_another_type_that_is_gone_is_a_fault() -> None:
    """Nothing here can write it again, so it is named and no more."""
    before = after(other_tags=(OtherTag("event", "fair"),))
    changes = unasked_changes(before, BEFORE, (), POLICY, NOW)
    assert changes == UnaskedChanges(faults=("tag fair of type event is gone",))


def test_a_field_is_lost_when_it_is_emptied_and_noted_when_it_changes() -> None:
    """The account derives some values itself, so another value is no fault."""
    live = after(profile={**PROFILE, "phone": None}, address={"line1": "3 Mews", **NAMES})
    changes = found(live)
    assert list(map(str, changes.lost)) == ["address.city", "profile.phone"]
    assert changes.notes == ("address.line1 has changed",)


@pytest.mark.parametrize("name", ["Bea", None])
def test_names_that_the_address_takes_from_the_contact_follow_it(name: str | None) -> None:
    """The write gave the contact another name, or none."""
    action = Action.CHANGE if name else Action.REMOVE
    renamed = step(Facet.PROFILE, "firstname", action, "Ann", name)
    live = after(
        profile={**PROFILE, "firstname": name},
        address={**(BEFORE.state.address or {}), "firstname": name},
    )
    assert found(live, renamed) == UnaskedChanges()


def test_another_identity_is_a_fault_unless_the_write_gave_it() -> None:
    """A mailbox is who holds the roles."""
    moved = replace(BEFORE, identity=Identity("14", "user", "bea@example.com", "A-14"))
    assert found(moved).faults == ("its e-mail address is another one",)
    given = step(Facet.PROFILE, "email", Action.CHANGE, "ann@example.com", "Bea@example.com")
    assert found(moved, given).faults == ()
    renamed = replace(moved, state=replace(BEFORE.state, profile={**PROFILE, "email": "bea@example.com"}))
    assert found(renamed, given) == UnaskedChanges()
    login = after(profile={**PROFILE, "username": "bea"})
    assert found(login) == UnaskedChanges(faults=("its user name is another one",))
    guest = replace(BEFORE, identity=Identity("14", "guest", "ann@example.com", "B-1"))
    assert found(guest).faults == ("its type is another one", "its reference is another one")


PRESS = step(Facet.ROLES, "press", Action.REMOVE, Grant("press", expires=LATE), None)

TAG = step(Facet.TAGS, "seen", Action.ADD, None, "seen")


@pytest.mark.parametrize(
    ("live", "effect"),
    [
        (BEFORE, WriteEffect.NOT_TAKEN),
        (after(roles=roles("press"), tags=("Seen",)), WriteEffect.TAKEN),
        (after(roles=roles("press")), WriteEffect.UNKNOWN),
        (after(tags=("seen",)), WriteEffect.UNKNOWN),
        (after(roles=roles("customer"), profile={}), WriteEffect.NOT_TAKEN),  # others' business
        (after(roles=roles("press", "customer"), tags=("seen", "x")), WriteEffect.TAKEN),
        (after(roles=roles(press=Grant("press"))), WriteEffect.UNKNOWN),
    ],
)
def test_the_effect_of_a_write_is_told_by_its_own_items(live: Contact, effect: WriteEffect) -> None:
    """All as written, all as before, or nobody can tell."""
    assert effect_of((PRESS, TAG), live, NOW) is effect


def test_people_read_the_end_of_a_grant_in_their_zone() -> None:
    """What a person sees of an outcome has the configured zone, as the plan has it."""
    end = datetime(2027, 1, 31, 15, tzinfo=UTC)
    target, live = State(roles=(Grant("press", expires=end),)), State(roles=(Grant("press"),))
    (unmet,) = unmet_target(target, live, NOW, "Asia/Tokyo")
    assert unmet == "role press is perpetual instead of expires 2027-02-01 00:00 (Asia/Tokyo)"
