"""Bundles for what many new entries share, so that it stands in the files once."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from heapq import heapify, heappop, heappush
from itertools import combinations
from operator import and_
from typing import Any

from reconcile.clock import OPEN
from reconcile.model.declaration import DeclaredGrant, DeclaredItem
from reconcile.model.edits import NewBundle, NewEntry, WrittenItem
from reconcile.model.facets import SETS, Facet

from .file_names import slug, unique_name

FEWEST_ITEMS = 2
"""Minimum number of items of a bundle."""

FEWEST_CONTACTS = 3
"""Minimum number of entries that have a bundle."""

_FEWEST_IN_A_HUNDRED = 1
"""Minimum share of the entries that have a bundle, in percent: a reviewer shall know the bundles by heart."""

_COMPARED_SETS = 150
"""Maximum number of different sets, the most frequent first, of which the common parts are tried."""

LONGEST_NAME = 40
"""Maximum length of a proposed name, without a number that tells it from others."""

ExistingBundles = Mapping[str, Mapping[Facet, tuple[DeclaredItem, ...]]]
"""The bundles of a folder, used or not: what each gives, by its name."""

NO_BUNDLES: ExistingBundles = {}

_Item = tuple[Facet, str]
_Set = frozenset[_Item]


def with_bundles(
    entries: Sequence[NewEntry], existing: ExistingBundles = NO_BUNDLES
) -> tuple[tuple[NewEntry, ...], tuple[NewBundle, ...]]:
    """The entries with bundles in place of what they share, and the bundles that are new, sorted by name.

    Only items that stand by their name alone are shared. The ``existing`` bundles come first, the largest
    before others; further ones are found greedily, by the lines that they save. No entry has an item from
    two of them.
    """
    shares = [_plain_items(entry) for entry in entries]
    fewest = max(FEWEST_CONTACTS, len(entries) * _FEWEST_IN_A_HUNDRED // 100)
    known = _reusable(existing)
    chosen = _choose(Counter(share for share in shares if len(share) >= FEWEST_ITEMS), list(known), fewest)
    new = _names(chosen[len(known) :], Counter(item for share in shares for item in share), existing)
    bundles = sorted((_bundle(name, items) for items, name in new.items()), key=lambda one: one.name)
    return tuple(_shortened(entry, chosen, {**known, **new}) for entry in entries), tuple(bundles)


def _reusable(existing: ExistingBundles) -> dict[_Set, str]:
    """The existing bundles that give only what stands by its name alone, the largest first, with their names.

    One with an empty set would declare that set.
    """
    names: dict[_Set, str] = {}
    for name, sets in sorted(existing.items()):
        items = [item for facet in sets for item in sets[facet]]
        if len(items) >= FEWEST_ITEMS and all(sets.values()) and all(map(_is_plain, items)):
            names.setdefault(frozenset((item.key[0], item.name) for item in items), name)
    return dict(sorted(names.items(), key=lambda entry: (-len(entry[0]), entry[1])))


def _is_plain(item: DeclaredItem) -> bool:
    return item.window == OPEN and not (isinstance(item, DeclaredGrant) and item.status)


def _plain_items(entry: NewEntry) -> _Set:
    """The items that stand by their name alone: without an end, and without a comment of their own."""
    return frozenset(
        (facet, item.name)
        for facet in SETS
        for item in _items(entry, facet) or ()
        if item == WrittenItem(item.name)
    )


def _items(entry: NewEntry, facet: Facet) -> tuple[WrittenItem, ...] | None:
    items: tuple[WrittenItem, ...] | None = getattr(entry, facet)
    return items


def _choose(shares: Mapping[_Set, int], known: list[_Set], fewest: int) -> list[_Set]:
    """The known sets, then those that become bundles of at least so many contacts, by what they save."""
    holders = _Holders.of(shares)
    for items in known:
        holders.take(items)
    frequent = sorted(shares, key=lambda share: (-shares[share], sorted(share)))[:_COMPARED_SETS]
    common = {one & other for one, other in combinations(frequent, 2)}
    heap = [holders.ranked(items) for items in _large({*frequent, *common})]
    heapify(heap)
    chosen = list(known)
    while heap:
        best = heappop(heap)
        items = frozenset(best.items)
        now = holders.ranked(items)
        if now > best:  # what was chosen meanwhile has taken some of its holders
            heappush(heap, now)
        elif best.saved > 0 and best.contacts >= fewest:
            chosen.append(items)
            holders.take(items)
            for rest in _large({share - items for share in frequent if items <= share}):
                heappush(heap, holders.ranked(rest))
    return chosen


def _large(candidates: Iterable[_Set]) -> Iterator[_Set]:
    """Those with as many items as a bundle has at least."""
    return (items for items in candidates if len(items) >= FEWEST_ITEMS)


@dataclass(frozen=True, slots=True, order=True)
class _Candidate:
    """A set that may become a bundle. The one that saves most lines is the least, then by its items."""

    rank: int
    items: tuple[_Item, ...]
    contacts: int

    @property
    def saved(self) -> int:
        """The lines that the bundle saves: its own, and one for its name in each entry, are not saved."""
        return -self.rank


@dataclass(slots=True)
class _Holders:
    """Who holds each item and has it from no bundle yet: a bit for each entry, so that counting is quick."""

    by_item: dict[_Item, int]

    @classmethod
    def of(cls, shares: Mapping[_Set, int]) -> "_Holders":
        by_item: dict[_Item, int] = {}
        position = 0
        for share in sorted(shares, key=sorted):
            bits = ((1 << shares[share]) - 1) << position
            position += shares[share]
            for item in share:
                by_item[item] = by_item.get(item, 0) | bits
        return cls(by_item)

    def _of_all(self, items: _Set) -> int:
        return reduce(and_, (self.by_item.get(item, 0) for item in items))

    def ranked(self, items: _Set) -> _Candidate:
        contacts = self._of_all(items).bit_count()
        saved = contacts * (len(items) - 1) - len(items)
        return _Candidate(-saved, tuple(sorted(items)), contacts)

    def take(self, items: _Set) -> None:
        """The holders of all of these have them from a bundle now."""
        served = self._of_all(items)
        for item in items:
            self.by_item[item] = self.by_item.get(item, 0) & ~served


def _names(chosen: Iterable[_Set], holders: Counter[_Item], in_use: Collection[str]) -> dict[_Set, str]:
    taken = {name.casefold() for name in in_use}
    names: dict[_Set, str] = {}
    for items in chosen:
        names[items] = unique_name(_name(items, holders), taken)
        taken.add(names[items].casefold())
    return names


def _name(items: _Set, holders: Mapping[_Item, int]) -> str:
    """The names of the items; where that is long, of those that the fewest contacts hold."""
    words = [slug(name) for _, name in sorted(items)]
    if len("-".join(words)) <= LONGEST_NAME:
        return "-".join(filter(None, words)) or "bundle"
    rarest = sorted(items, key=lambda item: (holders[item], item))
    return "-".join(_as_many_as_fit(slug(name) for _, name in rarest)) or "bundle"


def _as_many_as_fit(words: Iterable[str]) -> Iterator[str]:
    left = LONGEST_NAME
    for word in filter(None, words):
        if len(word) > left:
            return
        left -= len(word) + 1
        yield word


def _bundle(name: str, items: _Set) -> NewBundle:
    sets = {
        facet: tuple(WrittenItem(item) for kind, item in sorted(items) if kind is facet) for facet in SETS
    }
    return NewBundle(name, roles=sets[Facet.ROLES], tags=sets[Facet.TAGS])


def _shortened(entry: NewEntry, chosen: Iterable[_Set], names: Mapping[_Set, str]) -> NewEntry:
    """The entry with the bundles that give only what it has, and without what they give."""
    rest, used = _plain_items(entry), []
    for items in chosen:
        if items <= rest:
            rest -= items
            used.append(names[items])
    given = _plain_items(entry) - rest
    sets: dict[str, Any] = {facet.value: _left(entry, facet, given) for facet in SETS}
    return replace(entry, bundles=tuple(sorted(used)), **sets) if used else entry


def _left(entry: NewEntry, facet: Facet, given: _Set) -> tuple[WrittenItem, ...] | None:
    """The items of a set that no bundle gives; None where bundles give all of them, or it is undeclared."""
    items = _items(entry, facet)
    if not items:
        return items
    return tuple(item for item in items if (facet, item.name) not in given) or None
