"""From plain data back to a plan: the reverse of ``document.py``, for plans that were saved to a file.

A plan's file may come from anywhere, so every value is checked. What is wrong is told by its path and by what
should stand there, never by the value itself, which may be personal.
"""

import re
from collections.abc import Mapping
from typing import Any

from reconcile.model.contact import Grant, Identity
from reconcile.model.facets import Facet
from reconcile.model.plan import (
    Action,
    Boundary,
    Change,
    ChangeAction,
    Kept,
    Operation,
    Origin,
    OriginKind,
    Plan,
    Value,
    Verdict,
)
from reconcile.model.problem import Place

from .json_value import JsonValue
from .plan import FORMAT_VERSION

_VERSION = re.compile(r"(\d{1,9})\.(\d{1,9})", re.ASCII)


def plan_from_document(document: Mapping[str, Any]) -> Plan:
    """The plan that a document tells of, in format 1.x; keys of later minor versions are ignored.

    Raises ValueError, with the path of the value and what is wrong with it, for anything that is not a plan
    and for another major version. ``Change.target`` stays at its default. The digest is read, not checked.
    """
    root = JsonValue(document)
    _check_version(root.key("format_version"))
    return Plan(
        tool_version=root.key("tool_version").text(),
        target=root.key("target").text(),
        account=root.key("account").text(),
        as_of=root.key("as_of").instant(),
        valid_until=_boundary(root),
        timezone=root.key("timezone").text(),
        config_digest=root.key("config_digest").text(),
        declarations_digest=root.key("declarations_digest").text(),
        changes=tuple(map(_change, root.key("changes").items())),
        unchanged=root.key("unchanged").count(),
        notes=tuple(note.text() for note in root.key("notes").items()),
        guards=tuple(map(_verdict, root.key("guards").items())),
        digest=root.key("digest").text(),
        revert=root.key("revert").optional_text(),
    )


def operation_from_document(document: Mapping[str, Any]) -> Operation:
    """The operation that a document tells of; ValueError as for a plan."""
    return _operation(JsonValue(document))


def _check_version(node: JsonValue) -> None:
    known, _, _ = FORMAT_VERSION.partition(".")
    found = _VERSION.fullmatch(node.text())
    if found is None:
        raise node.wrong("is not a version such as 1.0")
    if found[1] != known:
        raise node.wrong(f"is {found[0]}; this version of reconcile reads plans of the format {known}.x")


def _boundary(root: JsonValue) -> Boundary | None:
    at, told = root.key("valid_until"), root.key("boundary")
    if at.absent and told.absent:
        return None
    event = told.key("event").one_of("starts", "lapses")
    return Boundary(at.instant(), event == "starts", told.key("item").text(), told.key("contact").text())


def _change(node: JsonValue) -> Change:
    who = node.key("contact")
    return Change(
        contact=Identity(
            id=who.key("id").optional_text() or "",
            type=who.key("type").text(),
            email=who.key("email").text(),
            reference=who.key("reference").optional_text(),
        ),
        source=_place(who.key("source")),
        action=ChangeAction(node.key("action").one_of(*ChangeAction)),
        operations=tuple(map(_operation, node.key("operations").items())),
        kept=tuple(map(_kept, node.key("kept").items())),
        payload=node.key("payload").mapping(),
        live_fingerprint=node.key("live_fingerprint").optional_text(),
    )


def _operation(node: JsonValue) -> Operation:
    facet, item = _subject(node)
    return Operation(
        facet=facet,
        item=item,
        action=Action(node.key("action").one_of(*Action)),
        before=_value(node.key("before"), facet, item),
        after=_value(node.key("after"), facet, item),
        origin=_origin(node),
    )


def _kept(node: JsonValue) -> Kept:
    facet, item = _subject(node)
    return Kept(facet, item, _value(node.key("value"), facet, item), _origin(node))


def _subject(node: JsonValue) -> tuple[Facet, str]:
    return Facet(node.key("facet").one_of(*Facet)), node.key("item").text()


def _value(node: JsonValue, facet: Facet, item: str) -> Value:
    """A role's value is a grant, every other one is text; None where there is none."""
    if facet is not Facet.ROLES or node.absent:
        return node.optional_text()
    readable = not node.has("readable") or node.key("readable").flag()
    return Grant(item, node.key("status").text(), node.key("expires").optional_instant(), readable)


def _origin(node: JsonValue) -> Origin:
    source = node.key("source")
    return Origin(
        kind=OriginKind(node.key("origin").one_of(*OriginKind)),
        detail=node.key("detail").optional_text(),
        place=None if source.absent else _place(source),
        reason=node.key("reason").optional_text(),
        at=node.key("at").optional_instant(),
    )


def _place(node: JsonValue) -> Place:
    return Place(node.key("file").text(), node.key("line").count(), node.key("column").count())


def _verdict(node: JsonValue) -> Verdict:
    return Verdict(
        guard=node.key("name").text(),
        passed=node.key("passed").flag(),
        message=node.key("message").text(),
        found=node.key("found").count(),
        limit=node.key("limit").count(),
        subjects=tuple(subject.text() for subject in node.key("subjects").items()),
    )
