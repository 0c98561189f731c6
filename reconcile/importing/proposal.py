"""All that an import would write, and what it leaves out: the whole of this room in one function."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconcile.model.contact import Contact, Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.edits import WHOLE_CONTACT, EntryEdit, FileEdit, NewEntry, Omission
from reconcile.model.facets import Facet
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.model.settings import Policy
from reconcile.plan.guards.people import is_one_of
from reconcile.plan.matching.matches import Matches

from .bundles import ExistingBundles, with_bundles
from .differences import compare
from .held_sets import ImportRules, usual_spellings
from .identifiers import NamesInUse
from .layout import Destination, arrange
from .new_entry import propose_entry
from .selection import SelectedContacts


@dataclass(frozen=True, slots=True)
class ImportContext:
    """What an import goes by beside the contacts that it is about.

    ``identities`` are all contacts that may share an address or a reference with one of them, ``matches``
    those of the ``declarations`` that may be about one, ``bundles`` are all bundles of the folder, used or
    not. ``roles`` are the references of the account's roles; None where they are not known.
    """

    policy: Policy
    now: datetime
    identities: tuple[Identity, ...]
    declarations: tuple[Declaration, ...] = ()
    matches: Matches | None = None
    bundles: ExistingBundles = field(default_factory=dict)
    remembered: Remembered = NOTHING_REMEMBERED
    roles: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an import would write, sorted by file, and what it leaves out.

    ``added`` are the contacts that get an entry, ``edited`` those whose entry changes, ``unchanged`` those
    whose entry is in order. The plan of all of them is empty once the files are written. Of ``left_out``
    contacts nothing is written; why, ``omissions`` says, which also names what of the others is left out.
    ``unmanaged`` counts the contacts that hold something which their entries leave unmanaged.
    """

    files: tuple[FileEdit, ...] = ()
    added: tuple[Identity, ...] = ()
    edited: tuple[Identity, ...] = ()
    unchanged: tuple[Identity, ...] = ()
    left_out: tuple[Identity, ...] = ()
    omissions: tuple[Omission, ...] = ()
    unmanaged: int = 0


def propose(
    selection: SelectedContacts, context: ImportContext, destination: Destination, *, bundles: bool = False
) -> Proposal:
    """What an import of these contacts writes; with ``bundles`` for what many of them share.

    The order in which anything is given changes nothing.
    """
    importing = _Importing.of(selection, context)
    outcomes = [importing.outcome(contact) for contact in selection.contacts]
    entries = [outcome.entry for outcome in outcomes if outcome.entry]
    shortened, proposed = with_bundles(entries, context.bundles) if bundles else (tuple(entries), ())
    pairs = list(zip(entries, shortened, strict=True))
    edits = [outcome.edit for outcome in outcomes if outcome.edit]
    return Proposal(
        files=_files(arrange(pairs, proposed, destination), edits),
        added=tuple(outcome.identity for outcome in outcomes if outcome.entry),
        edited=tuple(outcome.identity for outcome in outcomes if outcome.edit),
        unchanged=tuple(outcome.identity for outcome in outcomes if outcome.unchanged),
        left_out=tuple(outcome.identity for outcome in outcomes if outcome.left_out),
        omissions=tuple(report for outcome in outcomes for report in outcome.omissions),
        unmanaged=sum(outcome.unmanaged for outcome in outcomes),
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What becomes of one contact; ``unchanged``: its entry is in order.

    ``unmanaged``: it holds something that its entry leaves unmanaged.
    """

    identity: Identity
    entry: NewEntry | None = None
    edit: EntryEdit | None = None
    unchanged: bool = False
    omissions: tuple[Omission, ...] = ()
    unmanaged: bool = False

    @property
    def left_out(self) -> bool:
        return not (self.entry or self.edit or self.unchanged)


@dataclass(frozen=True, slots=True)
class _Importing:
    """Settles one contact after the other. ``declared`` and ``doubts`` are by the contact's id.

    ``awaited`` are entries that find nobody, by the address that they give.
    """

    names: NamesInUse
    rules: ImportRules
    by_name: bool
    declared: Mapping[str, Declaration]
    doubts: Mapping[str, str]
    awaited: Mapping[str, Declaration]

    @classmethod
    def of(cls, selection: SelectedContacts, context: ImportContext) -> "_Importing":
        matched = context.matches.matched if context.matches else ()
        spellings = usual_spellings(selection.contacts, context.declarations)
        return cls(
            NamesInUse.of(context.identities, context.declarations, context.remembered),
            ImportRules(context.policy, context.now, spellings, context.roles),
            selection.by_name,
            {identity.id: entry for entry, identity in matched},
            _doubts(context),
            _awaited(context),
        )

    def outcome(self, contact: Contact) -> _Outcome:
        """What becomes of a contact."""
        identity = contact.identity
        doubt = self.doubts.get(identity.id)
        if doubt is not None:
            remedy = "settle that, then import again"
            return _left_out(identity, f"an entry may be about it that is set aside: {doubt}", remedy)
        awaited = self.awaited.get(email_key(identity.email))
        if awaited is not None and identity.id not in self.declared:
            why = f"{awaited.place}: this entry finds nobody, and gives the address that it has already"
            remedy = f"if that is the same person, write 'id: {identity.id}' there; then import again"
            return _left_out(identity, why, remedy)
        outcome = self._settled(contact)
        protected = is_one_of(identity, self.rules.policy.protect.contacts)
        if protected and not outcome.unchanged:
            remedy = "declare it by hand, or take it out of 'protect' first"
            return _left_out(identity, "it is protected, and a later change of it would be refused", remedy)
        return outcome

    def _settled(self, contact: Contact) -> _Outcome:
        declared = self.declared.get(contact.identity.id)
        if declared is None:
            new = propose_entry(contact, self.names, self.rules, by_name=self.by_name)
            return _Outcome(contact.identity, new.entry, omissions=new.omissions)
        difference = compare(declared, contact, self.rules, by_name=self.by_name)
        return _Outcome(
            contact.identity,
            edit=difference.edit,
            unchanged=difference.agrees,
            omissions=difference.omissions,
            unmanaged=difference.unmanaged,
        )


def _left_out(identity: Identity, why: str, remedy: str) -> _Outcome:
    return _Outcome(identity, omissions=(Omission(identity, WHOLE_CONTACT, why, remedy),))


def _doubts(context: ImportContext) -> dict[str, str]:
    """Why an entry is set aside that may mean a contact, by the contact's id."""
    doubtful = context.matches.doubtful if context.matches else ()
    doubts: dict[str, str] = {}
    for match in sorted(doubtful, key=lambda match: match.declaration.place):
        entry = match.declaration
        named = match.identity.id if match.identity else None
        for number in (named, match.contact, entry.id, context.remembered.contact(entry.key)):
            if number is not None:
                doubts.setdefault(number, f"{entry.place}: {match.reason}")
    return doubts


def _awaited(context: ImportContext) -> dict[str, Declaration]:
    """The entries that find nobody, by the e-mail address that they give; an id tells who is meant."""
    matched = context.matches.matched if context.matches else ()
    found = {entry.place for entry, _ in matched}
    given = ((entry, entry.fields(Facet.PROFILE).get("email")) for entry in context.declarations)
    return {
        email_key(email): entry
        for entry, email in given
        if email and not entry.id and entry.place not in found
    }


def _files(added: Mapping[str, FileEdit], edits: Iterable[EntryEdit]) -> tuple[FileEdit, ...]:
    """The additions and the edits by file."""
    files = dict(added)
    for edit in sorted(edits, key=lambda edit: edit.place):
        before = files.get(edit.place.file, FileEdit(edit.place.file))
        files[edit.place.file] = replace(before, edited=(*before.edited, edit))
    return tuple(files[file] for file in sorted(files))
