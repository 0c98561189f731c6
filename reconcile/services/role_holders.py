"""Who else holds a role: what the guard ``last-holder`` must know of contacts that nobody declares."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from reconcile.evance.listing import Listing, ListingProgress, no_progress
from reconcile.evance.reader import Reader
from reconcile.model.contact import Contact, Identity
from reconcile.model.plan import Plan
from reconcile.plan.guards import AccountFacts

MOST_READ = 500
"""How many contacts are read in search of another holder. At five requests a second that is 100 seconds."""

MOST_UNREADABLE = 5
"""How many contacts that can't be read end the search: an account in trouble is not to be asked for hours."""


@dataclass(frozen=True, slots=True)
class UndeclaredContacts:
    """The contacts that are not declared: of some the listing told the grants, the others are unread."""

    told: tuple[Contact, ...]
    unread: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class HolderSearch:
    """How contacts are looked up: in which account, as of when, and who is told how far it is."""

    account: Reader
    now: datetime
    progress: ListingProgress = no_progress


def undeclared_contacts(listing: Listing, declared: Mapping[str, Contact]) -> UndeclaredContacts:
    """The listed contacts that are not declared."""
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


def count_holders(census: AccountFacts, known: UndeclaredContacts, now: datetime) -> AccountFacts:
    """The census with the holders that the listing told of, and how many contacts it told nothing of."""
    holders = Counter(role for contact in known.told for role in _held(contact, now))
    return replace(census, holders=holders, unread=len(known.unread))


def roles_without_holder(plan: Plan) -> frozenset[str]:
    """The roles that would have no holder left, as far as is known."""
    verdicts = (verdict for verdict in plan.guards if verdict.guard == "last-holder")
    return frozenset(role for verdict in verdicts for role in verdict.subjects)


def search_holders(
    census: AccountFacts, wanted: Iterable[str], looking: HolderSearch, unread: Sequence[Identity]
) -> AccountFacts:
    """The census with what unread contacts tell of the wanted roles.

    Reading ends as soon as each role has a holder, or after so many contacts that more would take too long.
    """
    holders, missing = Counter(census.holders), set(wanted)
    left, most, silent = len(unread), min(len(unread), MOST_READ), 0
    with closing(looking.account.looked_up(unread[:most])) as looked_up:
        for done, contact in enumerate(looked_up, 1):
            # Grants that can't be read may be of any role: such a contact stays unread.
            left -= contact is None or contact.state.roles is not None
            held = _held(contact, looking.now)
            holders.update(held)
            missing.difference_update(held)
            looking.progress(done, most)
            silent += contact is not None and contact.state.roles is None
            if not missing or silent > MOST_UNREADABLE:
                break
    return replace(census, holders=holders, unread=left)


def _held(contact: Contact | None, now: datetime) -> list[str]:
    roles = contact.state.roles if contact else None
    return [grant.reference for grant in roles or () if grant.held(now)]
