"""What the contacts hold that nobody declares: other holders of a role, and what was declared before."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from reconcile.evance.listing import Listing, ListingProgress
from reconcile.evance.reader import Reader
from reconcile.model.baseline import Baseline
from reconcile.model.contact import Contact, Identity, State
from reconcile.model.facets import SETS, Facet
from reconcile.model.record import Remembered
from reconcile.plan.guards.facts import OtherHolders

MOST_READ = 500
"""Maximum number of contacts that a search reads: 100 seconds at five requests a second."""

MOST_UNREADABLE = 5
"""Maximum number of contacts that can't be read, then the search ends: the account is in trouble."""

MOST_LEFT = 50
"""Maximum number of contacts that are read only to tell what they keep, then none is: a folder was lost."""


MOST_CONFIRMED = 3
"""Maximum number of contacts that are read for one role where only a few contacts are looked at."""


@dataclass(frozen=True, slots=True)
class UndeclaredContacts:
    """The contacts that are not declared: the listing told the grants of some, the others are unread."""

    listed: tuple[Contact, ...]
    unread: tuple[Identity, ...]

    def holders(self, now: datetime) -> OtherHolders:
        """The holders that the listing told of."""
        counts = Counter(role for contact in self.listed for role in held_roles(contact, now))
        return OtherHolders(counts, len(self.unread))


def undeclared_contacts(listing: Listing, declared: Mapping[str, Contact]) -> UndeclaredContacts:
    """The listed contacts that are not declared; ``declared`` has the others by their id."""
    others = [identity for identity in listing.identities if identity.id not in declared]
    told = [(identity, listing.contacts.get(identity.id)) for identity in others]
    return UndeclaredContacts(
        tuple(contact for _, contact in told if contact is not None and contact.state.roles is not None),
        tuple(identity for identity, contact in told if contact is None or contact.state.roles is None),
    )


def search_holders(
    undeclared: UndeclaredContacts,
    wanted: Sequence[str],
    account: Reader,
    now: datetime,
    progress: ListingProgress,
) -> OtherHolders:
    """The listed holders, and those of the wanted roles among contacts that are read for it.

    Reading ends as soon as each wanted role has a holder, and after ``MOST_READ`` contacts.
    """
    counts, missing, unread = Counter(undeclared.holders(now).counts), set(wanted), undeclared.unread
    left, most, unreadable = len(unread), min(len(unread), MOST_READ), 0
    with closing(account.looked_up(unread[:most])) as contacts:
        for done, contact in enumerate(contacts, 1):
            # Grants that can't be read may be of any role: such a contact stays unread.
            left -= contact is None or contact.state.roles is not None
            held = held_roles(contact, now)
            counts.update(held)
            missing.difference_update(held)
            progress(done, most)
            unreadable += contact is not None and contact.state.roles is None
            if not missing or unreadable > MOST_UNREADABLE:
                break
    return OtherHolders(counts, left)


def recorded_holders(
    baseline: Baseline | None, remembered: Remembered, now: datetime
) -> Mapping[str, Sequence[str]]:
    """The ids of the contacts that should hold each role now, as far as ids are known, in their order."""
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for key, entry in baseline.entries.items() if baseline else ():
        contact = key.id or entry.contact or remembered.contact(key)
        items = entry.form.items if entry.form and contact else ()
        for item in items:
            if contact and item.facet is Facet.ROLES and item.window.contains(now):
                holders[item.name].append(contact)
    return {role: sorted(set(contacts)) for role, contacts in holders.items()}


def confirm_holders(  # noqa: PLR0913 - what is known, what is wanted, and where to look
    known: OtherHolders,
    wanted: Sequence[str],
    recorded: Mapping[str, Sequence[str]],
    account: Reader,
    now: datetime,
    *,
    seen: Collection[str],
) -> OtherHolders:
    """The known holders, and one of each wanted role among those who should hold it, read one by one.

    ``seen`` are contacts that were read already. A role takes ``MOST_CONFIRMED`` reads at most.
    """
    counts, read = Counter(known.counts), dict[str, Contact | None]()
    for role in wanted:
        for contact in [id_ for id_ in recorded.get(role, ()) if id_ not in seen][:MOST_CONFIRMED]:
            if contact not in read:
                (read[contact],) = account.looked_up([Identity(contact, "", "")])
            if role in held_roles(read[contact], now):
                counts[role] += 1
                break
    return OtherHolders(counts)


def held_roles(contact: Contact | None, now: datetime) -> list[str]:
    """The roles that the contact is proven to have access by: one that waits opens nothing."""
    roles = contact.state.roles if contact else None
    return [grant.reference for grant in roles or () if grant.readable and grant.active and grant.held(now)]


def read_left(identities: Collection[Identity], account: Reader, listing: Listing) -> dict[str, Contact]:
    """These contacts by id, with their sets; without those that are gone by now.

    Those without sets can't be read, or there are more than ``MOST_LEFT`` of which the listing does not tell.
    """
    listed = listing.contacts
    contacts = {i.id: listed[i.id] for i in identities if i.id in listed and _shows_sets(listed[i.id])}
    unread = [identity for identity in identities if identity.id not in contacts]
    if len(unread) > MOST_LEFT:
        return contacts | {identity.id: Contact(identity, State()) for identity in unread}
    with closing(account.looked_up(unread)) as found:
        return contacts | {contact.identity.id: contact for contact in found if contact is not None}


def _shows_sets(contact: Contact) -> bool:
    return all(contact.state.has(facet) for facet in SETS)
