"""Bundles: named lists of roles and tags, and what a contact gets from them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Generic, TypeVar

from reconcile.clock import Window
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.facets import tag_key
from reconcile.model.problem import Place
from reconcile.text import did_you_mean, quoted

from . import rules
from .contacts import DeclarationReader, FileContact
from .problems import ProblemList
from .schema.containers import ReadMapping
from .yaml.nodes import ScalarNode

Given = TypeVar("Given", DeclaredGrant, DeclaredTag)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Roles and tags under a name; a facet that is None is none of its business."""

    name: str
    place: Place
    roles: tuple[DeclaredGrant, ...] | None
    tags: tuple[DeclaredTag, ...] | None


def read_bundle(key: ScalarNode, name: str, entry: ReadMapping, reader: DeclarationReader) -> Bundle:
    """The bundle of an entry."""
    roles, tags = entry.values.get("roles"), entry.values.get("tags")
    return Bundle(
        name,
        reader.report.place(key),
        None if roles is None else reader.grants(roles, name),
        None if tags is None else reader.tags(tags, name),
    )


def collect_bundles(bundles: Iterable[Bundle], report: ProblemList) -> dict[str, Bundle]:
    """The bundles by name; a name may be given once in the whole folder."""
    found: dict[str, Bundle] = {}
    for bundle in bundles:
        first = found.setdefault(bundle.name, bundle)
        if first is not bundle:
            message = f"the bundle {quoted(bundle.name)} stands already at {first.place}; rename one of them"
            report.add(rules.DUPLICATE_BUNDLE, bundle.place, message)
    return found


def with_bundles(written: FileContact, bundles: Mapping[str, Bundle], report: ProblemList) -> Declaration:
    """The declaration with the items of its bundles; an item of the contact itself goes before theirs.

    A facet that only bundles give is managed too. Names that no bundle has are passed over here.
    """
    own = written.declaration
    places = dict(written.bundles)
    used = [bundles[name] for name in sorted(places) if name in bundles]
    if not used:
        return own
    roles = _merge(own.roles, [bundle.roles for bundle in used], lambda grant: grant.reference)
    tags = _merge(own.tags, [bundle.tags for bundle in used], lambda tag: tag_key(tag.value))
    for bundle, message in (*roles.disagreements, *tags.disagreements):
        report.add(rules.BUNDLES_DISAGREE, places[bundle], message)
    passed_over: tuple[DeclaredGrant | DeclaredTag, ...] = (*roles.passed_over, *tags.passed_over)
    return replace(own, roles=roles.items, tags=tags.items, passed_over=passed_over)


@dataclass(slots=True)
class _MergedItems(Generic[Given]):
    """The items of a contact and its bundles, sorted, and those of bundles that another one goes before.

    A disagreement of two bundles is the later one's name and a message.
    """

    items: tuple[Given, ...] | None
    passed_over: list[Given] = field(default_factory=list)
    disagreements: list[tuple[str, str]] = field(default_factory=list)


def _merge(
    own: tuple[Given, ...] | None, lists: list[tuple[Given, ...] | None], key: Callable[[Given], str]
) -> _MergedItems[Given]:
    given = [items for items in lists if items is not None]
    merged = _MergedItems(own)
    if not given:
        return merged
    found = {key(item): item for item in own or ()}
    for item in chain.from_iterable(given):
        first = found.setdefault(key(item), item)
        if first is not item:
            merged.passed_over.append(item)
        if first.bundle and item.bundle and _meaning(first) != _meaning(item):
            merged.disagreements.append((item.bundle, _disagreement(first, item)))
    merged.items = tuple(found[name] for name in sorted(found))
    return merged


def _meaning(item: DeclaredGrant | DeclaredTag) -> tuple[str | None, Window]:
    return (item.status if isinstance(item, DeclaredGrant) else None), item.window


def _disagreement(first: DeclaredGrant | DeclaredTag, second: DeclaredGrant | DeclaredTag) -> str:
    noun, item = ("role", second.reference) if isinstance(second, DeclaredGrant) else ("tag", second.value)
    return (
        f"bundle {quoted(second.bundle or '')} ({second.place}) disagrees with bundle"
        f" {quoted(first.bundle or '')} ({first.place}) on the {noun} {quoted(item)};"
        f" write the {noun} on the contact, or make the bundles agree"
    )


def report_unknown_bundles(written: FileContact, bundles: Mapping[str, Bundle], report: ProblemList) -> None:
    """Tell each bundle name of a contact that no file gives."""
    for name, place in written.bundles:
        if name not in bundles:
            advice = did_you_mean(name, bundles) or "; write it under 'bundles:' in any file"
            report.add(rules.UNKNOWN_BUNDLE, place, f"unknown bundle {quoted(name)}{advice}")
