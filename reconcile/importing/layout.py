"""Which file each new entry and each new bundle goes into."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconcile.model.contact import email_key
from reconcile.model.edits import FileEdit, NewBundle, NewEntry
from reconcile.model.facets import FACETS, Facet, item_key

from .file_names import file_stems

BUNDLES = "bundles"
"""The file, without its suffix, of bundles that entries of several files have."""

SUFFIXES = (".yaml", ".yml")


class FileLayout(StrEnum):
    """One file for all new entries, or one for each role or tag."""

    SINGLE = "single"
    BY_ROLE = "by-role"
    BY_TAG = "by-tag"


_GROUPED_BY = {FileLayout.BY_ROLE: Facet.ROLES, FileLayout.BY_TAG: Facet.TAGS}


@dataclass(frozen=True, slots=True)
class Destination:
    """Where new entries go.

    ``into`` is a folder, or with the single layout a file, as in `Place`. ``files`` are those that are there:
    one whose name differs only by letter case is added to.
    """

    into: str
    layout: FileLayout = FileLayout.SINGLE
    files: tuple[str, ...] = ()

    def path(self, stem: str) -> str:
        """The file of that name."""
        base = self.into.rstrip("/")
        path = f"{base}/{stem}.yaml" if base else f"{stem}.yaml"
        return self._as_it_is_spelt(path)

    def single(self) -> str:
        """The one file of the single layout."""
        return (
            self._as_it_is_spelt(self.into) if self.into.lower().endswith(SUFFIXES) else self.path("contacts")
        )

    def _as_it_is_spelt(self, path: str) -> str:
        spelt = {file.casefold(): file for file in self.files}
        return path if path in self.files else spelt.get(path.casefold(), path)


def arrange(
    entries: Sequence[tuple[NewEntry, NewEntry]], bundles: Iterable[NewBundle], destination: Destination
) -> dict[str, FileEdit]:
    """What is added to which file: sorted entries, and the bundles beside those that have them.

    Each entry is given as it would be without bundles, which says where it belongs, and as it is.
    """
    files = _files([whole for whole, _ in entries], destination)
    added: defaultdict[str, list[NewEntry]] = defaultdict(list)
    used: defaultdict[str, set[str]] = defaultdict(set)
    for (_, entry), file in zip(entries, files, strict=True):
        added[file].append(entry)
        for name in entry.bundles:
            used[name].add(file)
    homes = {name: next(iter(users)) if len(users) == 1 else None for name, users in used.items()}
    shared = destination.path(BUNDLES)
    placed: defaultdict[str, list[NewBundle]] = defaultdict(list)
    for bundle in bundles:
        placed[homes[bundle.name] or shared].append(bundle)
    return {
        file: FileEdit(file, tuple(placed[file]), tuple(sorted(added[file], key=entry_order)))
        for file in sorted({*added, *placed})
    }


def entry_order(entry: NewEntry) -> tuple[object, ...]:
    """Entries by e-mail, then by reference, then by id."""
    return (
        entry.email is None,
        email_key(entry.email or ""),
        entry.reference is None,
        entry.reference or "",
        int(entry.id or 0),
    )


def _files(entries: Sequence[NewEntry], destination: Destination) -> list[str]:
    """The file of each entry."""
    facet = _GROUPED_BY.get(destination.layout)
    if facet is None:
        return [destination.single()] * len(entries)
    held = [_names(entry, facet) for entry in entries]
    holders = Counter(key for names in held for key in names)
    noun = FACETS[facet].noun
    nothing = f"no-{noun}"
    stems = file_stems(holders, noun, (nothing, BUNDLES))
    rarest = (min(names, key=lambda key: (holders[key], key), default=None) for names in held)
    return [destination.path(nothing if key is None else stems[key]) for key in rarest]


def _names(entry: NewEntry, facet: Facet) -> set[str]:
    items = entry.roles if facet is Facet.ROLES else entry.tags
    return {item_key(facet, item.name) for item in items or ()}
