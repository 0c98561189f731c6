"""What plans, explanations and timelines say of an item: where it is declared, what it is, and why."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from reconcile.clock import utc_text
from reconcile.model.contact import Contact, Fields, Grant, Identity, OtherTag, State
from reconcile.model.facets import Facet
from reconcile.model.plans.operation import PLANNED_ORIGINS, Origin, OriginKind, Value
from reconcile.model.problem import Place
from reconcile.model.reports.drift import LastKnown

from .codec import INLINE, Document, From, LeftOutWhen, decode, encode, object_shape
from .json_kinds import ANYTHING, EMPTY_AS_NULL, INSTANT_PATTERN, JsonKind, Schema, or_null, words
from .json_text import JsonValue


class IdentityDocument(Document[Identity]):
    """Who a contact is."""

    id: Annotated[str, EMPTY_AS_NULL, "Null for a contact to be created."]
    type: str
    email: str
    reference: str | None


class PlaceDocument(Document[Place]):
    """Where something stands in the declarations; lines and columns count from 1, 0 is not known."""

    file: str
    line: int
    column: int


class NamedContactDocument(Document[Any]):
    """Who the contact is, and where it is declared. Where the account shows none, its id is null."""

    contact: Annotated[IdentityDocument, INLINE]
    source: PlaceDocument


class HeldGrantDocument(Document[Grant]):
    """How a role is held.

    `readable` stands here, as false, only when the account told neither status nor expiry.
    """

    status: Annotated[
        str, "active, pending, or another word of the account; default: by the role's own rules."
    ]
    expires: Annotated[datetime | None, "Null: perpetual."]
    readable: Annotated[bool, LeftOutWhen(True)]


class OriginDocument(Document[Origin]):
    """Why an item is in the target or left it."""

    origin: Annotated[
        OriginKind,
        words(OriginKind, *PLANNED_ORIGINS),
        From("kind"),
        "Why the item is in the target or left it.",
    ]
    detail: Annotated[
        str | None, "The bundle's name; the pattern that ignores the item, or revokes it in additive mode."
    ]
    reason: Annotated[str | None, "The reason given in the declarations."]
    at: Annotated[
        datetime | None, "The boundary of the declared window that matters: when it ends, ended or starts."
    ]
    source: Annotated[PlaceDocument | None, From("place")]


def _write_value(value: Value) -> Any:
    return encode(HeldGrantDocument, value) if isinstance(value, Grant) else value


def _read_value(holder: JsonValue, name: str) -> Value:
    """The value of an item, as the keys ``facet`` and ``item`` of the same object tell what it must be."""
    return _item_value(holder.key(name), holder)


def _item_value(value: JsonValue, holder: JsonValue) -> Value:
    if value.absent or holder.key("facet").value != Facet.ROLES:
        return value.optional_text()
    return decode(HeldGrantDocument, value, reference=holder.key("item").value)


def _value_rule(name: str) -> Schema:
    grant = object_shape(HeldGrantDocument).schema()
    return {
        "if": {"properties": {"facet": {"const": Facet.ROLES.value}}},
        "then": {"properties": {name: or_null(grant)}},
        "else": {"properties": {name: {"type": ["string", "null"]}}},
    }


ITEM_VALUE = replace(
    ANYTHING,
    write=_write_value,
    read_key=_read_value,
    object_rule=_value_rule,
    closing=object_shape(HeldGrantDocument).closing_schema(),
)
"""What an item is: a grant for a role, text for all else, null where there is nothing."""

ItemValue = Annotated[Value, ITEM_VALUE]


def _write_last_known(known: LastKnown | None) -> Any:
    return {"value": _write_value(known.value), "at": utc_text(known.at)} if known else None


def _read_last_known(holder: JsonValue, name: str) -> LastKnown | None:
    known = holder.key(name)
    if known.absent:
        return None
    return LastKnown(_item_value(known.key("value"), holder), known.key("at").instant())


LAST_KNOWN = replace(
    ANYTHING,
    write=_write_last_known,
    read_key=_read_last_known,
    schema={
        "type": ["object", "null"],
        "required": ["value", "at"],
        "properties": {"value": {}, "at": {"type": "string", "pattern": INSTANT_PATTERN}},
    },
)
"""What an item was at some instant, as a value of that item; null where that is not known."""

EVENT = JsonKind(
    lambda value: value.one_of("starts", "lapses") == "starts",
    {"enum": ["starts", "lapses"]},
    lambda starts: "starts" if starts else "lapses",
)
"""What happens at a boundary."""

Event = Annotated[bool, EVENT, From("starts")]


class StateDocument(Document[State]):
    """Roles, tags and fields; a facet that was not read is null."""

    roles: tuple[Grant, ...] | None
    tags: tuple[str, ...] | None
    profile: Fields | None
    address: Fields | None
    other_tags: Annotated[tuple[OtherTag, ...], LeftOutWhen(())]


class ContactSnapshot(Document[Contact]):
    """Who a contact is, and its roles, tags and fields; a facet that was not read is null."""

    identity: Annotated[Identity, INLINE]
    state: Annotated[StateDocument, INLINE]
