"""Whether a new entry names its contact by e-mail, reference or id: by what finds nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from reconcile.model.baseline import EntryKey
from reconcile.model.contact import USER, Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.facets import Facet
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.plan.matching.directory import Directory, possible_emails

from .declarable import can_declare, can_declare_email, can_declare_id


@dataclass(frozen=True, slots=True)
class EntryIdentifier:
    """What a new entry says of whom it means; one of the three, as it is to be written."""

    id: str | None = None
    reference: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class NamesInUse:
    """Which names find one contact alone.

    ``directory`` has all contacts that may share a name. A name that an entry of the folder has already, or
    gives its contact, would make of the new one a duplicate; one that ``remembered`` runs know of another
    contact would set it aside.
    """

    directory: Directory
    remembered: Remembered = NOTHING_REMEMBERED
    emails: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    ids: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(
        cls,
        identities: Iterable[Identity],
        declarations: Iterable[Declaration],
        remembered: Remembered = NOTHING_REMEMBERED,
    ) -> "NamesInUse":
        """The names of these contacts, and of the entries of the folder."""
        entries = tuple(declarations)
        return cls(
            Directory.of(identities),
            remembered,
            frozenset(email for entry in entries for email in possible_emails(entry)),
            frozenset(name for entry in entries for name in _references(entry)),
            frozenset(entry.id for entry in entries if entry.id),
        )

    def identifier(self, identity: Identity) -> EntryIdentifier | None:
        """By what a new entry finds the contact; None where nothing does that can be declared.

        Users are known by their e-mail, others by their reference: guests repeat addresses.
        """
        if identity.type == USER and self._is_found_by_email(identity):
            return EntryIdentifier(email=identity.email)
        if identity.type != USER and self._is_found_by_reference(identity):
            return EntryIdentifier(reference=identity.reference)
        if can_declare_id(identity.id) and identity.id not in self.ids:
            return EntryIdentifier(id=identity.id)
        return None

    def _is_found_by_email(self, identity: Identity) -> bool:
        key = email_key(identity.email)
        return (
            can_declare_email(identity.email)
            and key not in self.emails
            and set(self.directory.by_email.get(key, ())) == {identity}
            and self.remembered.contact(EntryKey(email=key)) in {None, identity.id}
        )

    def _is_found_by_reference(self, identity: Identity) -> bool:
        reference = identity.reference or ""
        return (
            can_declare(reference)
            and reference not in self.references
            and set(self.directory.by_reference.get(reference, ())) == {identity}
            and self.remembered.contact(EntryKey(reference=reference)) in {None, identity.id}
        )


def _references(entry: Declaration) -> Iterable[str]:
    given = entry.fields(Facet.PROFILE).get("reference")
    return (name for name in (entry.reference, given) if name)


def usual_identifier(identity: Identity) -> tuple[bool, str]:
    """What an entry names a contact by that has it alone: the address of a user, the reference of others.

    With whether it is a user: no address is taken for a reference.
    """
    user = identity.type == USER
    return user, email_key(identity.email) if user else identity.reference or ""
