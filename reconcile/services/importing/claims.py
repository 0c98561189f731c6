"""Which entries of a folder are about the contacts of an import, and why one may not be sure to be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from reconcile.evance.listing import Listing
from reconcile.model.contact import Identity
from reconcile.model.declaration import Declaration
from reconcile.model.plans.plan import PlanContext
from reconcile.plan.matching.claims import DeclarationIndex, match_in_scope
from reconcile.plan.matching.matches import Matches, match_declarations


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
        match = partial(
            match_declarations,
            complete=not listing.gap,
            odd_rows=listing.odd_rows,
            remembered=context.remembered,
            baseline=context.baseline,
        )
        scoped = [claiming[place] for place in sorted(claiming)]
        return cls(match_in_scope(scoped, listing.identities, index, match), index)

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
