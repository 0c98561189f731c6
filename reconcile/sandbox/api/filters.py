"""Query filters of v2 lists: a field, or `field:in`, `:min`, `:max`, `:after`, `:before`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reconcile.sandbox.clock import from_atom
from reconcile.sandbox.refusals import Problem, Refused
from reconcile.sandbox.rules.fields import is_storable
from reconcile.sandbox.store import search
from reconcile.sandbox.store.search import Comparison, Where

_LARGEST = 2**63 - 1

_RANGES: dict[str, Comparison] = {"min": ">=", "max": "<=", "after": ">", "before": "<"}


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that a query can filter by, and its operators ("" is equality)."""

    name: str
    column: str
    kind: Literal["id", "time", "text", "folded", "exact"]
    operators: tuple[str, ...]


CONTACT_FILTERS = (
    Filter("id", "id", "id", ("in", *_RANGES)),
    Filter("quickfind", "id", "id", ("in", *_RANGES)),
    Filter("createdOn", "created", "time", tuple(_RANGES)),
    Filter("modifiedOn", "modified", "time", tuple(_RANGES)),
    Filter("reference", "reference", "text", ("", "in")),
    Filter("email", "email", "folded", ("",)),
)

EXACT_CONTACT_FILTERS = (*CONTACT_FILTERS[:-1], Filter("email", "email", "exact", ("",)))
"""The same under `v2_list_email: case`."""

ROLE_FILTERS = (
    Filter("id", "id", "id", ("in",)),
    Filter("reference", "reference COLLATE NOCASE", "text", ("", "in")),
    Filter("title", "title COLLATE NOCASE", "text", ("", "in")),
)


def read_filters(
    query: Mapping[str, str], filters: tuple[Filter, ...], start: Where, id_offset: int = 0
) -> Where:
    """The condition of a query, added to `start`; unknown parameters are ignored.

    `id_offset` is what this version adds to the stored ids. Raises Refused (422).
    """
    conditions = [
        _condition(field, operator, name, query[name], id_offset)
        for field in filters
        for operator in field.operators
        if (name := f"{field.name}:{operator}".rstrip(":")) in query
    ]
    return search.both(conditions, start)


def _condition(field: Filter, operator: str, name: str, text: str, id_offset: int) -> Where:
    if operator == "in":
        return search.among(field.column, [_value(field, name, item, id_offset) for item in text.split(",")])
    if not text and field.kind in ("text", "folded", "exact"):
        return search.none_set(field.column)
    value = _value(field, name, text, id_offset)
    if field.kind in ("folded", "exact"):
        return search.same_text(field.column, str(value), fold=field.kind == "folded")
    return search.compare(field.column, _RANGES.get(operator, "="), value)


def _value(field: Filter, name: str, text: str, id_offset: int) -> int | str:
    try:
        match field.kind:
            case "id":
                return _number(text.strip()) - id_offset
            case "time":
                return from_atom(text)
            case _ if is_storable(text):
                return text
    except ValueError:
        pass
    raise Refused(422, Problem(name, f"is not a valid {field.kind}"), context="parameters")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise ValueError(text)
    return min(int(text), _LARGEST)
