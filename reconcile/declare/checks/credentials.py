"""Finds credentials in a configuration: they belong in the environment, never into a file under Git."""

import re

from reconcile.declare import rules
from reconcile.declare.problems import ProblemList
from reconcile.declare.yaml.nodes import ListNode, MappingNode, RefusedNode, ScalarNode, YamlNode

ADVICE = "delete it, make a new key, and set EVANCE_CLIENT_ID and EVANCE_PRIVATE_KEY in the environment"

_KEYS = {
    "accesstoken", "apikey", "bearer", "clientid", "clientsecret", "credential", "credentials", "passphrase",
    "password", "privatekey", "refreshtoken", "secret", "token",
}  # fmt: skip

_CLIENT_ID = r"[0-9a-fA-F]{32}\.[0-9]+\.app\.evance\.me"

# The digest of a plan says itself what it is, and is no secret.
_KEY = r"(?<!sha256:)(?<![0-9a-fA-F])[0-9a-fA-F]{64}"

_VALUE = re.compile(rf"{_KEY}|{_CLIENT_ID}|-----BEGIN ")


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
    if re.sub("[^a-z]", "", key.text.lower()) not in _KEYS and not _VALUE.search(key.text):
        return False
    problems.add(rules.CREDENTIAL, key, f"a credential stands here; {ADVICE}")
    return True
