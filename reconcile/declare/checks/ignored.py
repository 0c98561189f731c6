"""Finds what is declared although the configuration says to ignore it."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate

from reconcile.declare import rules
from reconcile.declare.bundles import ItemHolder
from reconcile.model.declaration import DeclaredGrant, DeclaredTag
from reconcile.model.facets import tag_key
from reconcile.model.problem import Problem
from reconcile.model.settings import Patterns
from reconcile.text import quoted

CompiledPatterns = list[tuple[str, re.Pattern[str]]]


def find_ignored(holders: Iterable[ItemHolder], ignore: Patterns) -> Iterator[Problem]:
    """A problem for each declared item that is ignored: roles by their spelling, tags by their key."""
    role_patterns = [(pattern, re.compile(translate(pattern))) for pattern in ignore.roles]
    tag_patterns = [(pattern, re.compile(translate(tag_key(pattern)))) for pattern in ignore.tags]
    if not role_patterns and not tag_patterns:
        return
    for holder in holders:
        for grant in holder.roles or ():
            yield from _problems("role", grant.reference, grant.reference, grant, role_patterns)
        for tag in holder.tags or ():
            yield from _problems("tag", tag.value, tag_key(tag.value), tag, tag_patterns)


def _problems(
    noun: str, name: str, key: str, item: DeclaredGrant | DeclaredTag, patterns: CompiledPatterns
) -> Iterator[Problem]:
    """A problem for the first pattern that fits the item's key, if any."""
    pattern = next((pattern for pattern, compiled in patterns if compiled.match(key)), None)
    if pattern is not None:
        by = f"ignored by {quoted(pattern)} in the configuration"
        message = f"the {noun} {quoted(name)} is {by}; delete one of them"
        yield Problem(item.place, message, rules.IGNORED_AND_DECLARED.id)
