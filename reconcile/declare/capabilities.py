"""Reads ``evance.capabilities.yaml``: what a probe found out, as strictly as all else is read."""

from pathlib import Path
from typing import Any

from reconcile.errors import DeclarationError
from reconcile.model.capabilities import LARGEST_PAGE, Capabilities, Numbering, SetSource
from reconcile.model.facets import Facet
from reconcile.model.problem import Problem
from reconcile.model.settings import UpdateMethod
from reconcile.text import replace_unprintable

from . import rules
from .files import read_file
from .problems import ProblemList
from .schema.containers import Key, KeyedMapping, ListOf, NamedMapping, ReadMapping
from .schema.dates import DateOrInstant
from .schema.scalars import Choice, Number, Text
from .yaml.reader import read_tree

_SOURCE = Choice(tuple(SetSource))

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
        Key("update_method", Choice(tuple(UpdateMethod)), "The verb of a contact update."),
        Key(
            "page_size",
            Number(f"a whole number from 1 to {LARGEST_PAGE}", 1, LARGEST_PAGE),
            "Contacts asked for at once in a list.",
        ),
        Key("roles_from", _SOURCE, "Where roles are read: from the list, or contact by contact."),
        Key("tags_from", _SOURCE, "Where tags are read: from the list, or contact by contact."),
        Key("contact_ids", Choice(tuple(Numbering)), "Whether both API versions use the same ids."),
        Key(
            "refuse",
            ListOf("a list of 'roles' and 'tags'", Choice((Facet.ROLES, Facet.TAGS))),
            "What must not be written.",
        ),
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
    if not path.exists():
        return Capabilities()
    problems: list[Problem] = []
    report = ProblemList(replace_unprintable(path.name), problems)
    entry = _read(path, report)
    if problems or entry is None:
        raise DeclarationError(problems)
    return _capabilities(entry.values)


def _read(path: Path, report: ProblemList) -> ReadMapping | None:
    data = read_file(path, report)
    if data is None:
        return None
    root, whole = read_tree(data, report)
    if root is None:
        if whole:
            report.add(rules.MISSING_KEY, None, "this file is empty; delete it, or probe again")
        return None
    entry = CAPABILITIES.read(root, report)
    return entry if isinstance(entry, ReadMapping) else None


def _capabilities(values: dict[str, Any]) -> Capabilities:
    lists = {key: tuple(item for _, item in values.get(key, ())) for key in ("also", "refuse")}
    names = ("update_method", "page_size", "roles_from", "tags_from", "contact_ids")
    plain = {name: values[name] for name in names if name in values}
    return Capabilities(accounts=(values["account"], *lists["also"]), refuse=lists["refuse"], **plain)
