"""What a plan may take from earlier readings, and who must have been read now before it is shown.

Nothing is taken unless the caller hands readings in. Only the commands ``plan`` and ``drift`` do, which write
nothing: what an apply or a pipeline shows or writes rests on what it has read itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from reconcile.evance.listing import Listing
from reconcile.evance.reader import Reader
from reconcile.model.contact import Contact, Identity, Role
from reconcile.model.plans.plan import Plan

from .role_holders import MOST_CONFIRMED, held_roles

Contacts = Mapping[str, Contact]
"""By their ids."""


class EarlierReadings(Protocol):
    """Contacts as they were read by earlier plans of the same account."""

    wanted: bool
    """Whether the account is to be listed with the versions of its rows."""

    def still_true(self, listing: Listing, roles: Sequence[Role], account: Reader, /) -> Contacts:
        """By id, the contacts that are as they were read, by the list as it is now."""

    def doubt(self, contacts: Sequence[Identity], /) -> None:
        """Believe no reading any more, since these contacts are not as they were read."""

    def keep(self, taken: Contacts, read: Contacts, /) -> None:
        """Keep the contacts that were read now, and those that were taken from earlier readings."""


class _NoReadings:
    """Everybody is read."""

    wanted = False

    def still_true(self, _listing: Listing, _roles: object, _account: Reader, /) -> Contacts:
        return {}

    def doubt(self, _contacts: object, /) -> None:
        pass

    def keep(self, _taken: object, _read: object, /) -> None:
        pass


NO_READINGS: EarlierReadings = _NoReadings()


class PlannedContacts(Protocol):
    """A plan, and the contacts that it was made from, by their ids."""

    @property
    def plan(self) -> Plan:
        """The plan."""

    @property
    def live(self) -> Contacts:
        """The contacts."""


Planned = TypeVar("Planned", bound=PlannedContacts)


def take_earlier(
    earlier: EarlierReadings,
    account: Reader,
    listing: Listing,
    roles: Sequence[Role],
    plan_with: Callable[[Contacts], Planned],
) -> Planned:
    """Plan with the contacts that are as they were read, and read those anew on whom the plan rests.

    Where one of these is otherwise, everybody is read: somebody has changed it since the account was listed,
    or the list does not show every change. Both would be of one effect, and nothing tells them apart.
    """
    taken = earlier.still_true(listing, roles, account)
    planned = plan_with(taken)
    rested = _rested_on(planned, taken)
    changed = _changed_since(rested, account)
    if changed:
        earlier.doubt(changed)
        taken, rested = {}, {}
        planned = plan_with(taken)
    live, listed = planned.live, listing.contacts
    left = {id_: taken[id_] for id_ in taken.keys() & live.keys() - rested.keys()}
    read = {id_: live[id_] for id_ in live.keys() - left.keys() if live[id_] is not listed.get(id_)}
    earlier.keep(left, read)
    return planned


def _rested_on(planned: PlannedContacts, taken: Contacts) -> dict[str, Contact]:
    """By id, the contacts ``taken`` from earlier readings that are to be read before the plan is shown.

    That is whoever the plan changes, sets aside or schedules something for, and who keeps what is declared no
    longer. And of each role that it takes from somebody, some of those who go on holding it: the guard
    ``last-holder`` counts on them.
    """
    if not taken:
        return {}
    plan, live = planned.plan, planned.live
    shown = {contact.id for contact in _shown(plan)}
    others = {id_: live[id_] for id_ in live.keys() - shown}
    again = shown | _holders_to_confirm(plan, others, taken)
    return {id_: taken[id_] for id_ in sorted(again & taken.keys())}


def _shown(plan: Plan) -> Iterator[Identity]:
    yield from (change.contact for change in plan.changes)
    yield from (entry.contact for entry in plan.set_aside)
    yield from (row.contact for row in plan.scheduled if not row.known)
    yield from (row.contact for row in plan.undeclared)


def _holders_to_confirm(plan: Plan, others: Contacts, taken: Contacts) -> set[str]:
    """Some holders of each role that somebody loses, where none of its other holders was read now."""
    steps = (step for change in plan.changes for step in change.operations)
    holders: dict[str, list[str]] = {step.item: [] for step in steps if step.revokes or step.shortens}
    for id_, contact in others.items() if holders else ():
        for role in holders.keys() & held_roles(contact, plan.as_of):
            holders[role].append(id_)
    unconfirmed = (ids for ids in holders.values() if taken.keys() >= set(ids))
    return {id_ for ids in unconfirmed for id_ in sorted(ids)[:MOST_CONFIRMED]}


def _changed_since(taken: Contacts, account: Reader) -> list[Identity]:
    """Those who are read now and are not as they were ``taken`` from earlier readings, sorted."""
    if not taken:
        return []
    identities = [contact.identity for contact in taken.values()]
    now = {contact.identity.id: contact for contact in account.looked_up(identities) if contact is not None}
    return sorted(contact.identity for id_, contact in taken.items() if now.get(id_) != contact)
