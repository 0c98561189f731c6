"""Bundles: named lists of roles and tags, and what a contact gets from them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Generic

from reconcile.clock import Window
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.facets import tag_key
from reconcile.model.problem import Place
from reconcile.text import did_you_mean, quoted

from . import rules
from .contacts import ContactInFile, DeclarationReader, Item
from .problems import ProblemList
from .schema.containers import CheckedMapping
from .yaml.nodes import ScalarNode


@dataclass(frozen=True, slots=True)
class Bundle:
    """Roles and tags under a name. A facet that is None is left alone by the bundle."""

    name: str
    place: Place
    roles: tuple[DeclaredGrant, ...] | None
    tags: tuple[DeclaredTag, ...] | None


ItemHolder = Declaration | Bundle
"""What stands in a file and has roles and tags: a contact without its bundles, or a bundle."""


def read_bundle(key: ScalarNode, name: str, mapping: CheckedMapping, reader: DeclarationReader) -> Bundle:
    """The bundle of a checked mapping."""
    roles, tags = mapping.values.get("roles"), mapping.values.get("tags")
    return Bundle(
        name,
        reader.problems.place(key),
        None if roles is None else reader.grants(roles, name),
        None if tags is None else reader.tags(tags, name),
    )


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
    roles = _merge(declaration.roles, [bundle.roles for bundle in used], lambda grant: grant.reference)
    tags = _merge(declaration.tags, [bundle.tags for bundle in used], lambda tag: tag_key(tag.value))
    for name, message in (*roles.disagreements, *tags.disagreements):
        problems.add(rules.BUNDLES_DISAGREE, places[name], message)
    passed_over: tuple[DeclaredGrant | DeclaredTag, ...] = (*roles.passed_over, *tags.passed_over)
    return replace(declaration, roles=roles.items, tags=tags.items, passed_over=passed_over)


@dataclass(slots=True)
class _MergedItems(Generic[Item]):
    """The items of a contact and its bundles, sorted, and the bundles' items that another one comes before.

    A disagreement of two bundles is the later one's name and a message.
    """

    items: tuple[Item, ...] | None
    passed_over: list[Item] = field(default_factory=list)
    disagreements: list[tuple[str, str]] = field(default_factory=list)


def _merge(
    own: tuple[Item, ...] | None, of_bundles: list[tuple[Item, ...] | None], key: Callable[[Item], str]
) -> _MergedItems[Item]:
    merged = _MergedItems(own)
    given = [items for items in of_bundles if items is not None]
    if not given:
        return merged
    by_key = {key(item): item for item in own or ()}
    for item in chain.from_iterable(given):
        first = by_key.setdefault(key(item), item)
        if first is not item:
            merged.passed_over.append(item)
        if first.bundle and item.bundle and _meaning(first) != _meaning(item):
            merged.disagreements.append((item.bundle, _disagreement(first, item)))
    merged.items = tuple(by_key[name] for name in sorted(by_key))
    return merged


def _meaning(item: DeclaredGrant | DeclaredTag) -> tuple[str | None, Window]:
    return (item.status if isinstance(item, DeclaredGrant) else None), item.window


def _disagreement(first: DeclaredGrant | DeclaredTag, second: DeclaredGrant | DeclaredTag) -> str:
    noun, name = ("role", second.reference) if isinstance(second, DeclaredGrant) else ("tag", second.value)
    return (
        f"bundle {quoted(second.bundle or '')} ({second.place}) disagrees with bundle"
        f" {quoted(first.bundle or '')} ({first.place}) on the {noun} {quoted(name)};"
        f" write the {noun} on the contact, or make the bundles agree"
    )
