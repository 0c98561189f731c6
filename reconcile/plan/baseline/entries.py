"""Which entry of the baseline a declaration continues: decided by the contact, not by the spelling."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconcile.model.baseline import Baseline, BaselineEntry, EntryKey
from reconcile.model.contact import Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.record import Remembered


@dataclass(frozen=True, slots=True)
class BaselineEntries:
    """The entries of a baseline by each single thing that names their contact.

    An entry that gains an id, or whose address is corrected, is still about the same person.
    """

    entries: Mapping[EntryKey, BaselineEntry]
    contacts: Mapping[EntryKey, str]
    by_name: Mapping[EntryKey, Sequence[EntryKey]]

    @classmethod
    def of(cls, baseline: Baseline | None, remembered: Remembered) -> "BaselineEntries":
        """Those of a baseline; none without one. ``remembered`` tells whom those of a commit were about."""
        entries = baseline.entries if baseline else {}
        contacts: dict[EntryKey, str] = {}
        by_name: defaultdict[EntryKey, list[EntryKey]] = defaultdict(list)
        for key, entry in entries.items():
            contact = key.id or entry.contact or remembered.contact(key)
            if contact is not None:
                contacts[key] = contact
            for name in _names(replace(key, id=contact)):
                by_name[name].append(key)
        return cls(entries, contacts, by_name)

    def continued_by(self, declaration: Declaration, identity: Identity | None) -> EntryKey | None:
        """The key of the entry that a declaration continues; ``identity`` is its live contact, if known."""
        return next(self._candidates(declaration, identity), None)

    def _candidates(self, declaration: Declaration, identity: Identity | None) -> Iterator[EntryKey]:
        if declaration.key in self.entries:
            yield from self._about(identity, [declaration.key])
        for known in (_key_of(identity) if identity else EntryKey(), declaration.key):
            for name in _names(known):
                yield from self._about(identity, self.by_name.get(name, ()))

    def _about(self, identity: Identity | None, keys: Iterable[EntryKey]) -> Iterator[EntryKey]:
        """Those of the entries that are about the contact, or may be."""
        for key in keys:
            contact = self.contacts.get(key)
            if not (contact and identity and identity.id) or contact == identity.id:
                yield key


def _key_of(identity: Identity) -> EntryKey:
    email = email_key(identity.email) if identity.email else None
    return EntryKey(identity.id or None, identity.reference, email)


def _names(key: EntryKey) -> Iterator[EntryKey]:
    """Each single thing that names the contact, the surest first."""
    if key.id:
        yield EntryKey(id=key.id)
    if key.reference:
        yield EntryKey(reference=key.reference)
    if key.email:
        yield EntryKey(email=key.email)
