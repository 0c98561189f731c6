"""What plans, explanations and timelines say of an item: where it is declared, what it is, and why."""

from datetime import datetime
from typing import Annotated, Any

from reconcile.model.contact import Grant
from reconcile.model.facets import Facet
from reconcile.model.plan import PLANNED_ORIGINS, Origin, OriginKind, Value
from reconcile.model.problem import Place

from .codec import Document, From, LeftOutWhen, decode, encode, object_kind
from .json_kinds import JsonKind, ScalarKind, Schema, or_null, words
from .json_value import JsonValue


class PlaceDocument(Document[Place]):
    """Where something stands in the declarations; lines and columns count from 1, 0 is not known."""

    file: str
    line: int
    column: int


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
    detail: Annotated[str | None, "The bundle's name or the ignore pattern."]
    reason: Annotated[str | None, "The reason given in the declarations."]
    at: Annotated[
        datetime | None, "The boundary of the declared window that matters: when it ends, ended or starts."
    ]
    source: Annotated[PlaceDocument | None, From("place")]


class ItemValueKind(JsonKind):
    """What an item is: a grant for a role, text for all else, null where there is nothing.

    The keys ``facet`` and ``item`` of the same object tell which it is, and the name of the role.
    """

    def write(self, value: Value) -> Any:
        """See JsonKind."""
        return encode(HeldGrantDocument, value) if isinstance(value, Grant) else value

    def read_key(self, holder: JsonValue, name: str) -> Value:
        """See JsonKind."""
        value = holder.key(name)
        if value.absent or holder.key("facet").value != Facet.ROLES:
            return value.optional_text()
        return decode(HeldGrantDocument, value, reference=holder.key("item").value)

    def closing_schema(self) -> Schema:
        """See JsonKind."""
        return object_kind(HeldGrantDocument).closing_schema()

    def object_rule(self, name: str) -> Schema:
        """See JsonKind."""
        grant = object_kind(HeldGrantDocument).schema()
        return {
            "if": {"properties": {"facet": {"const": Facet.ROLES.value}}},
            "then": {"properties": {name: or_null(grant)}},
            "else": {"properties": {name: {"type": ["string", "null"]}}},
        }


ItemValue = Annotated[Value, ItemValueKind()]

EVENT = ScalarKind(
    lambda value: value.one_of("starts", "lapses") == "starts",
    {"enum": ["starts", "lapses"]},
    lambda starts: "starts" if starts else "lapses",
)
"""What happens at a boundary."""

Event = Annotated[bool, EVENT, From("starts")]
