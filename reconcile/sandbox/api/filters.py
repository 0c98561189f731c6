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
    """A field that can be asked for, and the operators it has ("" is equality)."""

    name: str
    column: str
    kind: Literal["id", "time", "text", "folded"]
    operators: tuple[str, ...]


CONTACT_FILTERS = (
    Filter("id", "id", "id", ("in", *_RANGES)),
    Filter("quickfind", "id", "id", ("in", *_RANGES)),
    Filter("createdOn", "created", "time", tuple(_RANGES)),
    Filter("modifiedOn", "modified", "time", tuple(_RANGES)),
    Filter("reference", "reference", "text", ("", "in")),
    Filter("email", "email", "folded", ("",)),
)

ROLE_FILTERS = (
    Filter("id", "id", "id", ("in",)),
    Filter("reference", "reference COLLATE NOCASE", "text", ("", "in")),
    Filter("title", "title COLLATE NOCASE", "text", ("", "in")),
)


def read_filters(
    query: Mapping[str, str], filters: tuple[Filter, ...], start: Where, moved: int = 0
) -> Where:
    """The condition a query asks for on top of `start`; unknown parameters are ignored.

    `moved` is how far ids of this version stand above stored ones. Raises Refused (422).
    """
    conditions = [
        _condition(one, operator, name, query[name], moved)
        for one in filters
        for operator in one.operators
        if (name := f"{one.name}:{operator}".rstrip(":")) in query
    ]
    return search.both(conditions, start)


def _condition(one: Filter, operator: str, name: str, text: str, moved: int) -> Where:
    if operator == "in":
        return search.among(one.column, [_value(one, name, item, moved) for item in text.split(",")])
    if not text and one.kind in ("text", "folded"):
        return search.none_set(one.column)
    value = _value(one, name, text, moved)
    if one.kind == "folded":
        return search.same_text(one.column, str(value))
    return search.compare(one.column, _RANGES.get(operator, "="), value)


def _value(one: Filter, name: str, text: str, moved: int) -> int | str:
    try:
        match one.kind:
            case "id":
                return _number(text.strip()) - moved
            case "time":
                return from_atom(text)
            case _ if is_storable(text):
                return text
    except ValueError:
        pass
    raise Refused(422, Problem(name, f"is not a valid {one.kind}"), context="parameters")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise ValueError(text)
    return min(int(text), _LARGEST)
