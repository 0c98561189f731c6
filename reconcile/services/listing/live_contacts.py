"""Reads the contacts of an account that may meet the selectors of a list, with the fewest requests."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from reconcile.errors import ApiError, ChangedSinceListed
from reconcile.evance.listing import Listing
from reconcile.evance.reader import Reader
from reconcile.model.contact import Contact, Identity, State, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.facets import Facet
from reconcile.model.problem import Place
from reconcile.model.reports.account_lists import ListSelectors, UncertainContact
from reconcile.services.caller import Progress
from reconcile.services.planning.reading import UnreadContacts, read_contacts

from .selection import ContactSelection


@dataclass(frozen=True, slots=True)
class LiveContacts:
    """What the account told.

    ``total`` is the number of all its contacts. ``everybody`` are those who are understood, with what the
    list told of them, or what was read; ``meant`` those of them who meet the selectors, sorted by e-mail
    address. ``uncertain`` may do so, too. ``gap`` says why there may be more; empty where there are none.
    """

    total: int
    everybody: tuple[Contact, ...]
    meant: tuple[Contact, ...]
    uncertain: tuple[UncertainContact, ...]
    gap: str


def read_live_contacts(
    account: Reader, selection: ContactSelection, facets: Collection[Facet], progress: Progress
) -> LiveContacts:
    """The contacts with these sets. Only those whom the list tells in part are read one by one.

    Nobody is read of whom the list tells enough to see that they are not meant. ApiError where it is not some
    odd contacts that can't be read, but the account is in trouble.
    """
    listing = account.listing(lambda done, total: progress("Listing contacts", done, total))
    listed = [
        listing.contacts.get(identity.id, Contact(identity, State())) for identity in listing.identities
    ]
    wanted = [
        contact.identity
        for contact in listed
        if selection.meets(contact) is not False and not all(map(contact.state.has, facets))
    ]
    unread = UnreadContacts()
    read = _read(account, wanted, unread, progress)
    everybody = tuple(sorted((read.get(contact.identity.id, contact) for contact in listed), key=_order))
    return LiveContacts(
        total=len(listed) + len(listing.odd_rows),
        everybody=everybody,
        meant=tuple(contact for contact in everybody if selection.meets(contact)),
        uncertain=(*_uncertain(everybody, selection, unread), *_odd(listing)),
        gap=listing.gap,
    )


def _read(
    account: Reader, wanted: Iterable[Identity], unread: UnreadContacts, progress: Progress
) -> dict[str, Contact]:
    """These contacts by id, each read with both sets."""
    both = [(Declaration(Place(""), id=one.id, roles=(), tags=()), one) for one in wanted]
    return read_contacts(both, account, Listing(()), progress, unread) if both else {}


def _order(contact: Contact) -> tuple[str, str, int, str]:
    identity = contact.identity
    return email_key(identity.email), identity.reference or "", len(identity.id), identity.id


def _uncertain(
    everybody: Iterable[Contact], selection: ContactSelection, unread: UnreadContacts
) -> Iterator[UncertainContact]:
    """Those who could not be read, and those of whom the account does not tell what is asked for."""
    for contact in everybody:
        error = unread.errors.get(contact.identity.id)
        if error is not None:
            yield UncertainContact(contact.identity, _reason(error))
        elif selection.is_open(contact):
            yield UncertainContact(contact.identity, _open_question(contact, selection.selectors))


def _reason(error: ApiError) -> str:
    if isinstance(error, ChangedSinceListed):
        return "it was changed or deleted while the account was read: list it again"
    return f"{error}; look at it in Evance"


def _open_question(contact: Contact, asked: ListSelectors) -> str:
    sets = ((Facet.ROLES, asked.of_grants), (Facet.TAGS, bool(asked.tags)))
    missing = [facet.value for facet, wanted in sets if wanted and not contact.state.has(facet)]
    if missing:
        return f"the account does not tell its {' and '.join(missing)}; look at it in Evance"
    return "the account does not tell how it holds such a role, or until when; look at it in Evance"


def _odd(listing: Listing) -> Iterator[UncertainContact]:
    for number, fault in listing.odd_rows.items():
        reason = f"it is listed in a form that is not understood ({fault}); correct it in Evance"
        yield UncertainContact(Identity(number, "", ""), reason)
