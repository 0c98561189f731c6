"""Who holds roles among the contacts that nobody declares: what the guard of last holders must know."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from reconcile.evance.listing import Listing, ListingProgress, no_progress
from reconcile.evance.reader import Reader
from reconcile.model.contact import Contact, Identity
from reconcile.plan.guards import OtherHolders

MOST_READ = 500
"""Maximum number of contacts that a search reads: 100 seconds at five requests a second."""

MOST_UNREADABLE = 5
"""Maximum number of contacts that can't be read, then the search ends: the account is in trouble."""


@dataclass(frozen=True, slots=True)
class UndeclaredContacts:
    """The contacts that are not declared: the listing told the grants of some, the others are unread."""

    told: tuple[Contact, ...]
    unread: tuple[Identity, ...]

    def holders(self, now: datetime) -> OtherHolders:
        """The holders that the listing told of."""
        counts = Counter(role for contact in self.told for role in _held(contact, now))
        return OtherHolders(counts, len(self.unread))


@dataclass(frozen=True, slots=True)
class HolderSearch:
    """How contacts are looked up: in which account, as of when, and who is told of the progress."""

    account: Reader
    now: datetime
    progress: ListingProgress = no_progress


def undeclared_contacts(listing: Listing, declared: Mapping[str, Contact]) -> UndeclaredContacts:
    """The listed contacts that are not declared; ``declared`` has the others by their id."""
    told: list[Contact] = []
    unread: list[Identity] = []
    for identity in listing.identities:
        if identity.id not in declared:
            contact = listing.contacts.get(identity.id)
            if contact is None or contact.state.roles is None:
                unread.append(identity)
            else:
                told.append(contact)
    return UndeclaredContacts(tuple(told), tuple(unread))


def search_holders(
    known: OtherHolders, wanted: Sequence[str], search: HolderSearch, unread: Sequence[Identity]
) -> OtherHolders:
    """The known holders, and those of the wanted roles among contacts that are read for it.

    Reading ends as soon as each role has a holder, and after ``MOST_READ`` contacts. With nothing wanted,
    nothing is read.
    """
    if not wanted:
        return known
    counts, missing = Counter(known.counts), set(wanted)
    left, most, unreadable = len(unread), min(len(unread), MOST_READ), 0
    with closing(search.account.looked_up(unread[:most])) as contacts:
        for done, contact in enumerate(contacts, 1):
            # Grants that can't be read may be of any role: such a contact stays unread.
            left -= contact is None or contact.state.roles is not None
            held = _held(contact, search.now)
            counts.update(held)
            missing.difference_update(held)
            search.progress(done, most)
            unreadable += contact is not None and contact.state.roles is None
            if not missing or unreadable > MOST_UNREADABLE:
                break
    return OtherHolders(counts, left)


def _held(contact: Contact | None, now: datetime) -> list[str]:
    roles = contact.state.roles if contact else None
    return [grant.reference for grant in roles or () if grant.held(now)]
