"""How each kind of value is laid out, made of the language's schema: the order of keys among it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from reconcile.declare.schema.containers import KeyedMapping, ListOf, NamedMapping, TextOrMapping
from reconcile.declare.schema.declarations import contact_mapping, file_mapping
from reconcile.declare.schema.scalars import DateOrInstant, Identifier, ValueSchema

_IN_THEIR_OWN_ORDER = ("profile", "address")
"""Fields of people: whoever reads an address expects its lines as they stand on a letter."""


@dataclass(frozen=True, slots=True)
class ValueLayout:
    """How one kind of value is laid out.

    ``order`` are the places of a mapping's keys, empty where they stay as they are. ``inner`` are the layouts
    of its values by key, ``every`` that of each other value or item. ``in_blocks`` is True where a value is
    never written in brackets, and where a blank line stands around members of several lines. ``is_bare`` is
    True for dates and ids, which need no quotes.
    """

    order: Mapping[str, int] = field(default_factory=dict)
    inner: "Mapping[str, ValueLayout]" = field(default_factory=dict)
    every: "ValueLayout | None" = None
    in_blocks: bool = False
    is_bare: bool = False

    def of(self, key: str | None) -> "ValueLayout":
        """The layout of the value of a key, or of an item."""
        return self.inner.get(key or "") or self.every or _ANY


_ANY = ValueLayout()


@cache
def file_layout() -> ValueLayout:
    """The layout of a whole file, whose own keys stay in their order: a comment at its head stays there."""
    schema = file_mapping(contact_mapping())
    inner = {key.name: _layout(key.schema, in_blocks=True) for key in schema.keys}
    return ValueLayout(inner=inner, in_blocks=True)


def _layout(schema: ValueSchema, *, in_blocks: bool = False, ordered: bool = True) -> ValueLayout:
    match schema:
        case KeyedMapping():
            order = {key.name: place for place, key in enumerate(schema.keys)} if ordered else {}
            inner = {
                key.name: _layout(key.schema, ordered=key.name not in _IN_THEIR_OWN_ORDER)
                for key in schema.keys
            }
            return ValueLayout(order, inner, in_blocks=in_blocks)
        case ListOf():
            return ValueLayout(every=_layout(schema.item), in_blocks=in_blocks)
        case NamedMapping():
            return ValueLayout(every=_layout(schema.value), in_blocks=in_blocks)
        case TextOrMapping():
            return _layout(schema.mapping)
        case _:
            return ValueLayout(is_bare=isinstance(schema, DateOrInstant | Identifier))
