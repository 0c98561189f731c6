"""Bundles: named lists of roles and tags, and what a contact gets from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from reconcile.clock import Window
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem
from reconcile.model.facets import FACETS, SETS, Facet
from reconcile.model.problem import Place
from reconcile.text import did_you_mean, quoted

from . import rules
from .contacts import ContactInFile, DeclarationReader
from .problems import ProblemList, ScalarNode
from .schema.containers import CheckedMapping


@dataclass(frozen=True, slots=True)
class Bundle:
    """Roles and tags under a name. A facet that is not among its sets is left alone by the bundle."""

    name: str
    place: Place
    sets: Mapping[Facet, tuple[DeclaredItem, ...]]

    def items(self, facet: Facet) -> tuple[DeclaredItem, ...]:
        """The items of a set facet; none also where the bundle leaves it alone."""
        return self.sets.get(facet, ())


ItemHolder = Declaration | Bundle
"""What stands in a file and has roles and tags: a contact without its bundles, or a bundle."""


def read_bundle(key: ScalarNode, name: str, mapping: CheckedMapping, reader: DeclarationReader) -> Bundle:
    """The bundle of a checked mapping."""
    values = mapping.values
    sets = {facet: reader.items(facet, values[facet], name) for facet in SETS if facet in values}
    return Bundle(name, reader.problems.place(key), sets)


def bundles_by_name(bundles: Iterable[Bundle], problems: ProblemList) -> dict[str, Bundle]:
    """The bundles by name; a name may be given once in the whole folder."""
    by_name: dict[str, Bundle] = {}
    for bundle in bundles:
        first = by_name.setdefault(bundle.name, bundle)
        if first is not bundle:
            message = f"the bundle {quoted(bundle.name)} stands already at {first.place}; rename one of them"
            problems.add(rules.DUPLICATE_BUNDLE, bundle.place, message)
    return by_name


def check_bundle_names(contact: ContactInFile, bundles: Mapping[str, Bundle], problems: ProblemList) -> None:
    """A problem for each bundle name of a contact that no file gives."""
    for name, place in contact.bundles:
        if name not in bundles:
            advice = did_you_mean(name, bundles) or "; write it under 'bundles:' in any file"
            problems.add(rules.UNKNOWN_BUNDLE, place, f"unknown bundle {quoted(name)}{advice}")


def with_bundles(contact: ContactInFile, bundles: Mapping[str, Bundle], problems: ProblemList) -> Declaration:
    """The declaration with the items of its bundles; an item of the contact itself comes before theirs.

    A facet that only bundles give is managed too. Names that no bundle has are skipped here.
    """
    declaration = contact.declaration
    places = dict(contact.bundles)
    used = [bundles[name] for name in sorted(places) if name in bundles]
    if not used:
        return declaration
    given = {facet: [bundle.sets[facet] for bundle in used if facet in bundle.sets] for facet in SETS}
    merged = {facet: _merge(facet, declaration, lists) for facet, lists in given.items() if lists}
    for name, message in chain.from_iterable(items.disagreements for items in merged.values()):
        problems.add(rules.BUNDLES_DISAGREE, places[name], message)
    passed_over = tuple(chain.from_iterable(items.passed_over for items in merged.values()))
    sets = {facet: items.items for facet, items in merged.items()}
    return replace(declaration.with_sets(sets), passed_over=passed_over)


@dataclass(slots=True)
class _MergedItems:
    """The items of a contact and its bundles, sorted, and the bundles' items that another one comes before.

    A disagreement of two bundles is the later one's name and a message.
    """

    items: tuple[DeclaredItem, ...] = ()
    passed_over: list[DeclaredItem] = field(default_factory=list)
    disagreements: list[tuple[str, str]] = field(default_factory=list)


def _merge(facet: Facet, declaration: Declaration, given: Iterable[Iterable[DeclaredItem]]) -> _MergedItems:
    merged = _MergedItems()
    key = FACETS[facet].item_key
    by_key = {key(item.name): item for item in declaration.items(facet)}
    for item in chain.from_iterable(given):
        first = by_key.setdefault(key(item.name), item)
        if first is not item:
            merged.passed_over.append(item)
        if first.bundle and item.bundle and _meaning(first) != _meaning(item):
            merged.disagreements.append((item.bundle, _disagreement(first, item, FACETS[facet].noun)))
    merged.items = tuple(by_key[name] for name in sorted(by_key))
    return merged


def _meaning(item: DeclaredItem) -> tuple[str | None, Window]:
    return (item.status if isinstance(item, DeclaredGrant) else None), item.window


def _disagreement(first: DeclaredItem, second: DeclaredItem, noun: str) -> str:
    return (
        f"bundle {quoted(second.bundle or '')} ({second.place}) disagrees with bundle"
        f" {quoted(first.bundle or '')} ({first.place}) on the {noun} {quoted(second.name)};"
        f" write the {noun} on the contact, or make the bundles agree"
    )
