"""Finds what is declared although the configuration says to ignore it."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate

from reconcile.declare import rules
from reconcile.declare.bundles import ItemHolder
from reconcile.model.declaration import DeclaredItem
from reconcile.model.facets import FACETS, SETS, Facet
from reconcile.model.problem import Problem
from reconcile.model.settings import Patterns
from reconcile.text import quoted

CompiledPatterns = list[tuple[str, re.Pattern[str]]]


def find_ignored(holders: Iterable[ItemHolder], ignore: Patterns) -> Iterator[Problem]:
    """A problem for each declared item that is ignored: roles by their spelling, tags by their key."""
    patterns = {facet: _compiled(facet, ignore) for facet in SETS if ignore.of(facet)}
    if not patterns:
        return
    for holder in holders:
        for facet, compiled in patterns.items():
            for item in holder.items(facet):
                yield from _problems(facet, item, compiled)


def _compiled(facet: Facet, ignore: Patterns) -> CompiledPatterns:
    key = FACETS[facet].item_key
    return [(pattern, re.compile(translate(key(pattern)))) for pattern in ignore.of(facet)]


def _problems(facet: Facet, item: DeclaredItem, patterns: CompiledPatterns) -> Iterator[Problem]:
    """A problem for the first pattern that fits the item's key, if any."""
    spec = FACETS[facet]
    key = spec.item_key(item.name)
    pattern = next((pattern for pattern, compiled in patterns if compiled.match(key)), None)
    if pattern is not None:
        by = f"ignored by {quoted(pattern)} in the configuration"
        message = f"the {spec.noun} {quoted(item.name)} is {by}; delete one of them"
        yield Problem(item.place, message, rules.IGNORED_AND_DECLARED.id)
