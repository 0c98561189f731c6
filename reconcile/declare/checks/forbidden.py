"""What must not be written: items that the configuration ignores, and credentials."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate

from reconcile.declare import rules
from reconcile.declare.bundles import ItemHolder
from reconcile.declare.problems import ListNode, MappingNode, ProblemList, RefusedNode, ScalarNode, YamlNode
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


ADVICE = "delete it, make a new key, and set EVANCE_CLIENT_ID and EVANCE_PRIVATE_KEY in the environment"

_CREDENTIAL_KEYS = {
    "accesstoken", "apikey", "bearer", "clientid", "clientsecret", "credential", "credentials", "passphrase",
    "password", "privatekey", "refreshtoken", "secret", "token",
}  # fmt: skip

_CLIENT_ID = r"[0-9a-fA-F]{32}\.[0-9]+\.app\.evance\.me"

# The digest of a plan says itself what it is, and is no secret.
_PRIVATE_KEY = r"(?<!sha256:)(?<![0-9a-fA-F])[0-9a-fA-F]{64}"

_VALUE = re.compile(rf"{_PRIVATE_KEY}|{_CLIENT_ID}|-----BEGIN ")


def refuse_credentials(node: YamlNode, problems: ProblemList) -> YamlNode:
    """The tree without its credentials; each becomes a problem that does not show its value."""
    match node:
        case ScalarNode(text) if _VALUE.search(text):
            problems.add(rules.CREDENTIAL, node, f"this value is a credential; {ADVICE}")
            return RefusedNode(node.mark)
        case ListNode():
            return node._replace(items=[refuse_credentials(item, problems) for item in node.items])
        case MappingNode():
            entries = {
                name: refuse_credentials(value, problems)
                for name, value in node.entries.items()
                if not _refused_key(node.keys[name], problems)
            }
            return node._replace(entries=entries)
        case _:
            return node


def _refused_key(key: ScalarNode, problems: ProblemList) -> bool:
    name = re.sub("[^a-z]", "", key.text.lower()).removeprefix("evance")
    if name not in _CREDENTIAL_KEYS and not _VALUE.search(key.text):
        return False
    problems.add(rules.CREDENTIAL, key, f"a credential stands here; {ADVICE}")
    return True
