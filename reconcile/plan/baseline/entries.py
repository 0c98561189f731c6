"""Which entry of the baseline a declaration continues: decided by the contact, not by the spelling."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconcile.model.baseline import Baseline, BaselineEntry, EntryKey
from reconcile.model.contact import Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.record import Remembered


class BaselineEntries:
    """The entries of a baseline, to be found by each single thing that names their contact.

    An entry that gains an id, or whose address is corrected, is still about the same person. ``remembered``
    tells whom the entries of a commit were about. An entry may be costly to look at, and so are all their
    names: neither is done before it is needed.
    """

    def __init__(self, baseline: Baseline | None, remembered: Remembered) -> None:
        self.entries: Mapping[EntryKey, BaselineEntry] = baseline.entries if baseline else {}
        self._recorded = baseline is not None and baseline.at is not None
        self._remembered = remembered
        self._by_name: Mapping[EntryKey, Sequence[EntryKey]] | None = None

    def continued_by(self, declaration: Declaration, identity: Identity | None) -> EntryKey | None:
        """The key of the entry that a declaration continues; ``identity`` is its live contact, if known."""
        return next(self._candidates(declaration.key, identity), None) if self.entries else None

    def _candidates(self, key: EntryKey, identity: Identity | None) -> Iterator[EntryKey]:
        if key in self.entries:
            yield from self._about(identity, [key])
        if self._by_name is None:
            self._by_name = self._indexed()
        for known in (_key_of(identity) if identity else EntryKey(), key):
            for name in single_names(known):
                yield from self._about(identity, self._by_name.get(name, ()))

    def _about(self, identity: Identity | None, keys: Iterable[EntryKey]) -> Iterator[EntryKey]:
        """Those of the entries that are about the contact, or may be."""
        for key in keys:
            contact = self._contact(key)
            if not (contact and identity and identity.id) or contact == identity.id:
                yield key

    def _contact(self, key: EntryKey) -> str | None:
        """The id of the contact that an entry was about, if known."""
        recorded = self.entries[key].contact if self._recorded else None
        return key.id or recorded or self._remembered.contact(key)

    def _indexed(self) -> dict[EntryKey, list[EntryKey]]:
        by_name: defaultdict[EntryKey, list[EntryKey]] = defaultdict(list)
        for key in self.entries:
            for name in single_names(replace(key, id=self._contact(key))):
                by_name[name].append(key)
        return by_name


def _key_of(identity: Identity) -> EntryKey:
    email = email_key(identity.email) if identity.email else None
    return EntryKey(identity.id or None, identity.reference, email)


def single_names(key: EntryKey) -> Iterator[EntryKey]:
    """Each single thing that names the contact, the surest first."""
    if key.id:
        yield EntryKey(id=key.id)
    if key.reference:
        yield EntryKey(reference=key.reference)
    if key.email:
        yield EntryKey(email=key.email)
