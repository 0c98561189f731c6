"""Finds what is declared although the configuration says to ignore it."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate

from reconcile.declare import rules
from reconcile.model.declaration import DeclaredGrant, DeclaredTag
from reconcile.model.facets import tag_key
from reconcile.model.problem import Problem
from reconcile.model.settings import Patterns
from reconcile.text import quoted


class IgnoredItems:
    """The configured patterns: roles by their exact spelling, tags by what makes them the same."""

    def __init__(self, ignore: Patterns) -> None:
        self._roles = [(pattern, re.compile(translate(pattern))) for pattern in ignore.roles]
        self._tags = [(pattern, re.compile(translate(tag_key(pattern)))) for pattern in ignore.tags]

    def roles(self, grants: Iterable[DeclaredGrant]) -> Iterator[Problem]:
        """A problem for each role that is both declared and ignored."""
        for grant in grants if self._roles else ():
            for pattern, form in self._roles:
                if form.match(grant.reference):
                    yield _problem("role", grant.reference, pattern, grant)
                    break

    def tags(self, tags: Iterable[DeclaredTag]) -> Iterator[Problem]:
        """A problem for each tag that is both declared and ignored."""
        for tag in tags if self._tags else ():
            for pattern, form in self._tags:
                if form.match(tag_key(tag.value)):
                    yield _problem("tag", tag.value, pattern, tag)
                    break


def _problem(noun: str, name: str, pattern: str, item: DeclaredGrant | DeclaredTag) -> Problem:
    message = (
        f"the {noun} {quoted(name)} is ignored by {quoted(pattern)} in the configuration; delete one of them"
    )
    return Problem(item.place, message, rules.IGNORED_AND_DECLARED.id)
