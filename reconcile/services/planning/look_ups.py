"""Finds the contacts of a few declarations without listing the account: by their ids, and by its searches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reconcile.evance.listing import FirstPage, Listing
from reconcile.evance.reader import Reader
from reconcile.model.contact import USER, Contact, Identity, State, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.facets import SETS, Facet
from reconcile.model.partial_fields import NO_FIELDS, FieldNeeds
from reconcile.model.record import Remembered
from reconcile.model.settings import FacetSource, IdSearch, SearchCase
from reconcile.plan.matching.directory import Directory, possible_emails
from reconcile.services.caller import Progress

from .look_up_costs import AT_ONCE, LookUpCosts

_Search = tuple[str, str]
"""A field, ``email`` or ``reference``, and what it should be."""


@dataclass(frozen=True, slots=True)
class FoundContacts:
    """The live contacts that declarations may mean. ``whole``: the account was listed for it."""

    listing: Listing
    whole: bool = True


@dataclass(frozen=True, slots=True)
class LookUps:
    """Looks for the contacts of declarations.

    ``least`` is how many contacts the account has at least, as far as is known. It is listed where that takes
    fewer requests. ``needs`` is what is needed of the contacts besides their sets.
    """

    account: Reader
    remembered: Remembered
    least: int
    progress: Progress
    needs: FieldNeeds = NO_FIELDS

    def find(self, declarations: Sequence[Declaration]) -> FoundContacts:
        """The contacts that the declarations may mean.

        The list decides where nobody has a declared address and letter case may count in a search, and where
        the account does not answer. Who can be found but not read is known by what the search shows.
        """
        ids, searches = self._ids(declarations), self._pins(declarations)
        first = self._cheaper_list(len(ids), len(searches))
        if first is not None:
            return self._listed({}, first)
        contacts, unread = self._read(ids)
        rows = self._searched(searches)
        if rows is None:
            return self._listed(contacts)
        missing = self._missing(declarations, _listing(rows, contacts))
        more = self._searched(self._addresses(missing) - searches)
        if more is None:
            return self._listed(contacts)
        listing = _listing([*rows, *more], contacts)
        unknown = unread - {identity.id for identity in listing.identities}
        undecided = unknown or any(self._list_decides(one) for one in self._missing(missing, listing))
        return self._listed(contacts) if undecided else FoundContacts(listing, whole=False)

    def with_namesakes(
        self, found: FoundContacts, asked: Sequence[Declaration], folder: Sequence[Declaration]
    ) -> FoundContacts:
        """What was ``asked`` for and found, and who has the name by which an entry would find one of these.

        That is the address of a user, and the reference of others; or of anybody where an entry of the
        ``folder`` names it. And whom such an entry was about. All contacts where the account does not answer.
        """
        if found.whole:
            return found
        identities, contacts = found.listing.identities, dict(found.listing.contacts)
        named = {entry.reference for entry in folder}
        emails = self._spellings(one.email for one in identities if one.type == USER and one.email)
        references = {one.reference for one in identities if one.type != USER or one.reference in named}
        searches = emails | {("reference", reference) for reference in references if reference}
        rows = self._searched(searches - self._pins(asked))
        if rows is None:
            return self._listed(contacts)
        listing = _listing([found.listing, *rows], contacts)
        others, unread = self._read(self._meant_before(listing, folder))
        if unread:
            return self._listed(contacts | others)
        return FoundContacts(_listing([listing], contacts | others), whole=False)

    def _meant_before(self, listing: Listing, folder: Iterable[Declaration]) -> set[str]:
        """The ids of contacts that entries were about whose names others have now.

        Who is not looked for would count as gone: the new holder of an address as the one that is meant.
        """
        directory = Directory.of(listing.identities)
        naming = (
            entry
            for entry in folder
            if email_key(entry.email or "") in directory.by_email or entry.reference in directory.by_reference
        )
        return self._ids(naming) - {identity.id for identity in listing.identities}

    def _cheaper_list(self, ids: int, searches: int) -> FirstPage | None:
        """The first page of the list, where that takes fewer requests; asked for where it may."""
        costs = LookUpCosts(ids, searches, self._ids_at_once)
        known = -(-self.least // self.account.connection.page_size)
        if not costs.exceed_list(known, told=self._list_may_tell):
            return None
        first = self.account.first_page(self.needs)
        shown = first.listing
        told = all(
            one.id in shown.contacts and self.needs.are_met_by(shown.contacts[one.id])
            for one in shown.identities
        )
        return first if costs.exceed_list(first.pages - 1, told=told) else None

    @property
    def _list_may_tell(self) -> bool:
        """Whether a row of the list tells all that is needed, as far as a probe says."""
        facets = (*SETS, *((Facet.PROFILE,) if self.needs.profile else ()))
        facets += (Facet.ADDRESS,) if self.needs.address else ()
        known = self.account.connection.capabilities
        return all(known.source(facet) is FacetSource.LIST for facet in facets)

    @property
    def _ids_at_once(self) -> int:
        """How many contacts one request may ask for by their ids, where its answer tells all of them."""
        link = self.account.connection
        many = link.capabilities.id_search is IdSearch.MANY and self._list_may_tell
        return min(AT_ONCE, link.page_size) if many else 1

    def _listed(self, contacts: dict[str, Contact], first: FirstPage | None = None) -> FoundContacts:
        """All contacts, with those that were read already; ``first`` is the page that was read just now."""
        listing = self.account.listing(
            lambda done, total: self.progress("Listing contacts", done, total),
            needs=self.needs,
            first=first,
        )
        listed = {identity.id for identity in listing.identities}
        merged = _listing([listing], {id_: contacts[id_] for id_ in listed & contacts.keys()})
        return FoundContacts(replace(listing, contacts=merged.contacts))

    def _ids(self, declarations: Iterable[Declaration]) -> set[str]:
        known = (entry.id or self.remembered.contact(entry.key) for entry in declarations)
        return {id_ for id_ in known if id_ is not None}

    def _pins(self, declarations: Iterable[Declaration]) -> set[_Search]:
        """The searches for what the declarations are found by, if not by their ids."""
        unpinned = [entry for entry in declarations if entry.id is None or entry.reference]
        references = {("reference", entry.reference) for entry in unpinned if entry.reference}
        emails = (entry.email for entry in unpinned if entry.email and not entry.reference)
        return references | self._spellings(emails)

    def _addresses(self, declarations: Iterable[Declaration]) -> set[_Search]:
        """The searches for whoever has an address of these, by whatever they are found."""
        given = (address for entry in declarations for address in (entry.email, *possible_emails(entry)))
        return self._spellings(address for address in given if address)

    def _spellings(self, emails: Iterable[str]) -> set[_Search]:
        if self._folds:
            return {("email", email_key(email)) for email in emails}
        return {("email", spelling) for email in emails for spelling in (email, email_key(email))}

    @property
    def _folds(self) -> bool:
        """Whether a search is known to find an address in any letter case."""
        return self.account.connection.capabilities.email_search is SearchCase.FOLDED

    def _read(self, ids: Iterable[str]) -> tuple[dict[str, Contact], set[str]]:
        """The contacts of these ids, but for those that are gone, and the ids of those that can't be read."""
        wanted = sorted(ids)
        contacts = self._read_at_once(wanted)
        asked = [Identity(id_, "", "") for id_ in wanted if id_ not in contacts]
        unread: set[str] = set()
        for contact in self.account.looked_up(asked):
            if contact is not None and contact.state != State():
                contacts[contact.identity.id] = contact
            elif contact is not None:
                unread.add(contact.identity.id)
            self.progress("Looking up contacts", len(contacts), len(wanted))
        return contacts, unread

    def _read_at_once(self, ids: Sequence[str]) -> dict[str, Contact]:
        """Those of these contacts that the list tells whole, many by one request.

        Where the first request tells nobody whole, no other follows. It counts for nothing where others are
        shown, or one is not: who is gone is asked for alone.
        """
        at_once = self._ids_at_once
        if at_once == 1 or len(ids) == 1:
            return {}
        contacts = self._told_by_ids(ids[:at_once])
        return contacts | self._told_by_ids(ids[at_once:]) if contacts else {}

    def _told_by_ids(self, ids: Sequence[str]) -> dict[str, Contact]:
        listings = self.account.listed_by_ids(ids, self._ids_at_once, self.needs)
        shown = [contact for listing in listings for contact in listing.contacts.values()]
        return {one.identity.id: one for one in shown if self.needs.are_met_by(one)}

    def _searched(self, searches: Iterable[_Search]) -> list[Listing] | None:
        """What the account finds; None where it does not answer a search."""
        found: list[Listing] = []
        asked = sorted(searches)
        for listing in self.account.searched(asked, self.needs):
            if listing is None:
                return None
            found.append(listing)
            self.progress("Searching contacts", len(found), len(asked))
        return found

    def _missing(self, declarations: Iterable[Declaration], listing: Listing) -> list[Declaration]:
        """The declarations that find nobody so far: somebody may have an address of theirs."""
        directory = Directory.of(listing.identities)
        return [
            entry
            for entry in declarations
            if not directory.candidates(entry, self.remembered.contact(entry.key))
        ]

    def _list_decides(self, declaration: Declaration) -> bool:
        """Whether it matters that somebody may have the declared address in a spelling not searched for.

        An entry whose contact is known, and gone, goes to nobody else: it is set aside, with one more hint or
        without, and no list is read for that at each plan to come.
        """
        if self._folds or declaration.create:
            return not self._folds
        new = self.remembered.contact(declaration.key) is None or not declaration.present
        return new and declaration.id is None and declaration.reference is None


def _listing(found: Iterable[Listing], contacts: dict[str, Contact]) -> Listing:
    """What was found as one listing, each contact once, with those that were read.

    Who was changed between the two is read again, as anybody whom a list shows.
    """
    identities = {id_: contact.identity for id_, contact in contacts.items()}
    shown: dict[str, Contact] = {}
    for listing in found:
        identities |= {identity.id: identity for identity in listing.identities}
        shown |= listing.contacts
    same = {
        id_: contact
        for id_, contact in contacts.items()
        if email_key(contact.identity.email) == email_key(identities[id_].email)
    }
    return Listing(tuple(sorted(identities.values())), {**shown, **same})
