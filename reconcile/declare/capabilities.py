"""Reads ``evance.capabilities.yaml``: what a probe found out, as strictly as all else is read."""

from pathlib import Path
from typing import Any

from reconcile.errors import DeclarationError
from reconcile.model.facets import MANAGED, SETS
from reconcile.model.settings import (
    LARGEST_PAGE,
    Capabilities,
    FacetSource,
    IdSearch,
    Numbering,
    SearchCase,
    UpdateMethod,
)
from reconcile.text import escape_unprintable

from . import rules
from .problems import ProblemList
from .schema.containers import Key, KeyedMapping, ListOf, NamedMapping
from .schema.scalars import INVALID, Choice, DateOrInstant, Number
from .schema.texts import Text
from .yaml.reader import read_tree
from .yaml.source import read_bytes, refuse_link_outside

_SOURCE = Choice(tuple(FacetSource))

_FOUND_OUT = (
    Key("update_method", Choice(tuple(UpdateMethod)), "The verb of a contact update."),
    Key(
        "page_size",
        Number(f"a whole number from 1 to {LARGEST_PAGE}", 1, LARGEST_PAGE),
        "Contacts asked for at once in a list.",
    ),
    Key("roles_from", _SOURCE, "Where roles are read: from the list, or contact by contact."),
    Key("tags_from", _SOURCE, "Where tags are read: from the list, or contact by contact."),
    Key("profile_from", _SOURCE, "Where the profile is read: from the list, or contact by contact."),
    Key("address_from", _SOURCE, "Where the address is read: from the list, or contact by contact."),
    Key("contact_ids", Choice(tuple(Numbering)), "Whether both API versions use the same ids."),
    Key("email_search", Choice(tuple(SearchCase)), "Whether a search for an address ignores letter case."),
    Key("id_search", Choice(tuple(IdSearch)), "Whether a list can be asked for many ids at once."),
    Key("pending_word", Text("a status in lower case"), "The status of a grant that waits for approval."),
    Key("refuse", ListOf("a list of 'roles' and 'tags'", Choice(SETS)), "What must not be written."),
    Key(
        "modified_on",
        ListOf("a list of 'roles', 'tags', 'profile' and 'address'", Choice(MANAGED)),
        "What of a contact moves its modifiedOn when it changes.",
    ),
)
"""The keys that are fields of Capabilities."""

CAPABILITIES = KeyedMapping(
    "a mapping with 'version: 1'",
    "What is known of an account's server.",
    (
        Key("version", Number("1", 1, 1), "The version of this language.", required=True),
        Key("account", Text("the host of an account"), "The account that was probed.", required=True),
        Key(
            "also",
            ListOf("a list of accounts", Text("the host of an account")),
            "Other accounts for which this holds, because their server is the same.",
        ),
        Key("as_of", DateOrInstant(), "When it was probed.", required=True),
        Key("tool_version", Text("a version"), "The version of reconcile that probed."),
        *_FOUND_OUT,
        Key(
            "findings",
            NamedMapping("a mapping of findings", Text("the name of a question"), Text("an answer")),
            "What was found out, for people.",
        ),
    ),
)


def load_capabilities(path: Path) -> Capabilities:
    """The capabilities in a file, the safe assumptions where there is none.

    Raises DeclarationError with all problems, sorted by place.
    """
    problems = ProblemList(escape_unprintable(path.name), [])
    if refuse_link_outside(path, problems):
        raise DeclarationError(problems.problems)
    if not path.exists():
        return Capabilities()
    root = read_tree(read_bytes(path, problems), problems)
    if root is None:
        problems.add(rules.MISSING_KEY, None, "this file is empty; delete it, or probe again")
    mapping = INVALID if root is None else CAPABILITIES.read(root, problems)
    if problems.problems or mapping is INVALID:
        raise DeclarationError(problems.problems)
    return _capabilities(mapping.plain())


def _capabilities(values: dict[str, Any]) -> Capabilities:
    fields = {key.name: values[key.name] for key in _FOUND_OUT if key.name in values}
    return Capabilities(accounts=(values["account"], *values.get("also", ())), **fields)
