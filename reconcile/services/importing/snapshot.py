"""What an import reads of the account, once: the contacts that are meant, and who shares their names."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from reconcile.errors import ApiError, ChangedSinceListed
from reconcile.evance.listing import Listing
from reconcile.evance.reader import Reader
from reconcile.importing.identifiers import usual_identifier
from reconcile.importing.selection import SelectedContacts, Selectors, Unmet, select
from reconcile.model.contact import Contact, Identity, Role, State
from reconcile.model.declaration import Declaration
from reconcile.model.partial_fields import needs_of_all
from reconcile.model.plans.plan import PlanContext
from reconcile.model.problem import Place
from reconcile.plan.matching.claims import DeclarationIndex, match_in_scope
from reconcile.plan.matching.doubts import DoubtfulMatch
from reconcile.plan.matching.matches import Matches, match_declarations
from reconcile.plan.naming import parse_contact_id
from reconcile.services.caller import Progress
from reconcile.services.planning.fresh_plan import MOST_LISTINGS
from reconcile.services.planning.look_ups import FoundContacts, LookUps
from reconcile.services.planning.reading import UnreadContacts, read_contacts

MOST_NAMED = 500
"""Maximum number of contacts that are read for their names alone: 100 seconds at five requests a second."""

NOWHERE = Place("")
"""The place of a declaration that stands in no file."""

_UNNAMED = Declaration(NOWHERE)

_NAMED = replace(_UNNAMED, profile=dict.fromkeys(("firstname", "lastname", "company")))
"""A declaration that needs what a comment calls a contact by."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The entries that find some contacts, or were about them, matched as a plan of those contacts does."""

    matches: Matches
    index: DeclarationIndex

    @classmethod
    def of(
        cls,
        declarations: Sequence[Declaration],
        contacts: Collection[Identity],
        listing: Listing,
        context: PlanContext,
    ) -> "Claims":
        """The claims of these declarations on contacts of a listing."""
        index = DeclarationIndex(declarations, context.remembered)
        claiming = {entry.place: entry for identity in contacts for entry in index.claiming(identity)}
        scoped = [claiming[place] for place in sorted(claiming)]
        return cls(match_in_scope(scoped, listing.identities, index, _matcher(listing, context)), index)

    @property
    def declared(self) -> Mapping[str, Declaration]:
        """The entries that surely are about a contact, by its id."""
        return {identity.id: entry for entry, identity in self.matches.matched}

    def doubt(self, identity: Identity) -> str:
        """Why the entry that may be about a contact is not sure to be; empty where no entry may be."""
        entries = self.index.claiming(identity)
        if not entries:
            return ""
        reasons = {problem.place: problem.message for problem in self.matches.problems}
        reasons |= {doubt.declaration.place: doubt.reason for doubt in self.matches.doubtful}
        told = (f"{entry.place}: {reasons[entry.place]}" for entry in entries if entry.place in reasons)
        return next(told, f"{entries[0].place}: this entry may be about it")


def _matcher(listing: Listing, context: PlanContext) -> Callable[..., Matches]:
    """Pairs declarations with the contacts of a listing, with all else that is known."""
    return partial(
        match_declarations,
        complete=not listing.gap,
        odd_rows=listing.odd_rows,
        remembered=context.remembered,
        baseline=context.baseline,
    )


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """The account as it was read; whoever changes it meanwhile changes nothing here.

    ``listing`` has all contacts if it is ``whole``, else those that were looked up and whoever shares an
    address or a reference with them. ``meant`` are the contacts that the import may be about, read and
    sorted; ``unread`` says of the others why they could not be read. ``unmet`` are names and types that
    nobody has. ``context`` is what a plan would be made for.
    """

    listing: Listing
    whole: bool
    roles: tuple[Role, ...]
    context: PlanContext
    meant: tuple[Contact, ...]
    unread: Mapping[str, str]
    unmet: tuple[Unmet, ...]

    def claims(self, declarations: Sequence[Declaration]) -> Claims:
        """Which of these declarations are about the contacts that were read."""
        contacts = [contact.identity for contact in self.meant]
        return Claims.of(declarations, contacts, self.listing, self.context)

    def doubts(self, declarations: Sequence[Declaration]) -> tuple[DoubtfulMatch, ...]:
        """The declarations of which it is not sure whom they mean; none where the account was not listed."""
        if not self.whole:
            return ()
        return _matcher(self.listing, self.context)(declarations, self.listing.identities).doubtful


@dataclass(frozen=True, slots=True)
class SnapshotReader:
    """Reads the account with as few requests as it takes.

    Who is named is looked up, unless it takes fewer requests to list all contacts; ``least`` is how many the
    account has at least. Nobody is read whom the list shows not to be meant. ``declarations`` are those of
    the folder.
    """

    account: Reader
    context: PlanContext
    declarations: Sequence[Declaration]
    selectors: Selectors
    least: int
    progress: Progress

    def read(self) -> AccountSnapshot:
        """The account as it is now; listed again where somebody is changed while others are read.

        ApiError when it can't be read whole, but for single contacts.
        """
        for _ in range(MOST_LISTINGS - 1):
            with suppress(ChangedSinceListed):
                return self._read(UnreadContacts(listed_again=True))
        return self._read(UnreadContacts())

    def _read(self, unread: UnreadContacts) -> AccountSnapshot:
        roles, found = self.account.roles(), self._find()
        listing, context = found.listing, self.context.with_roles(roles)
        if listing.gap:
            raise ApiError(
                f"the list of contacts could not be read whole: {listing.gap}; nothing was written, since "
                "two contacts may share an address unseen; import again at a quieter time"
            )
        listed = self._listed(listing.identities)
        candidates = [contact.identity for contact in listed.contacts]
        declared = Claims.of(self.declarations, candidates, listing, context).declared
        nameless = _known_by_id([one for one in candidates if one.id not in declared], listing.identities)
        pairs = [
            (_reading_of(identity, declared.get(identity.id), with_name=identity in nameless), identity)
            for identity in candidates
        ]
        contacts = read_contacts(pairs, self.account, listing, self.progress, unread)
        meant = tuple(contacts[identity.id] for identity in candidates if identity.id in contacts)
        return AccountSnapshot(listing, found.whole, roles, context, meant, unread.reasons, listed.unmet)

    def _listed(self, identities: Sequence[Identity]) -> SelectedContacts:
        """Who may be meant by what the list tells of everybody."""
        contacts = [Contact(identity, State()) for identity in identities]
        selectors = replace(self.selectors, roles=(), tags=())
        return select(contacts, selectors, self.context.policy, self.context.now)

    def _find(self) -> FoundContacts:
        named, needs = list(_named(self.selectors)), needs_of_all([*self.declarations, _NAMED])
        if not named:
            listing_progress = partial(self.progress, "Listing contacts")
            return FoundContacts(self.account.listing(listing_progress, needs=needs))
        look_ups = LookUps(self.account, self.context.remembered, self.least, self.progress, needs)
        return look_ups.with_namesakes(look_ups.find(named), named, self.declarations)


def _named(selectors: Selectors) -> Iterator[Declaration]:
    """Declarations of whoever is named."""
    yield from (Declaration(NOWHERE, id=parse_contact_id(number) or number) for number in selectors.ids)
    yield from (Declaration(NOWHERE, reference=reference) for reference in selectors.references)
    yield from (Declaration(NOWHERE, email=email) for email in selectors.emails)


def _known_by_id(contacts: Sequence[Identity], everybody: Iterable[Identity]) -> frozenset[Identity]:
    """Those of the contacts whose entries will know them by their ids alone, so that a comment names them.

    None where they are more than ``MOST_NAMED``: a list tells no names, and each would be read for its own.
    """
    holders = Counter(map(usual_identifier, everybody))
    nameless = frozenset(
        contact
        for contact in contacts
        for usual in [usual_identifier(contact)]
        if not usual[1] or holders[usual] > 1
    )
    return nameless if len(nameless) <= MOST_NAMED else frozenset()


def _reading_of(identity: Identity, declared: Declaration | None, *, with_name: bool) -> Declaration:
    """A declaration that manages what is to be read of a contact: both sets, and what its entry manages."""
    entry = declared or replace(_NAMED if with_name else _UNNAMED, id=identity.id)
    return replace(entry, roles=entry.roles or (), tags=entry.tags or ())
