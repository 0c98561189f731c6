"""Masks whatever a document says of one contact: its items and their origins, its payload, its places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from reconcile.model.contact import Grant, Identity
from reconcile.model.declaration import Declaration
from reconcile.model.facets import MANAGED, SETS, Facet
from reconcile.model.plans.operation import Kept, Operation, Origin, Value
from reconcile.model.plans.plan import Boundary
from reconcile.model.problem import Place
from reconcile.model.reports.explanation import ExplainedItem
from reconcile.model.reports.timeline import UpcomingChange
from reconcile.render.escape import MASK
from reconcile.wire.roles_and_tags import SETS_BY_KEY

from .personal_texts import (
    PersonalTexts,
    mask_email,
    mask_emails,
    mask_field,
    mask_field_change,
    telling_values,
)

Item = TypeVar("Item", Operation, Kept, ExplainedItem)

_FIELDS = frozenset(MANAGED).difference(SETS)
"""The facets that have fields, not items."""


def mask_identity(contact: Identity) -> Identity:
    """Who a contact is, by id and type; the reference stays, too, as far as it holds no address."""
    reference = contact.reference and mask_emails(contact.reference)
    return replace(contact, email=mask_email(contact.email), reference=reference)


def mask_grant(grant: Grant) -> Grant:
    """A grant whose role or status may hold an address."""
    return replace(grant, reference=mask_emails(grant.reference), status=mask_emails(grant.status))


_VALUES: dict[type, tuple[str, ...]] = {
    Operation: ("before", "after"),
    Kept: ("value",),
    ExplainedItem: ("live", "target"),
}
"""In which fields an item has its values."""


def telling_fields(item: Operation | ExplainedItem) -> Iterator[str]:
    """What an item tells of who its contact is: the values of its field."""
    if item.facet in _FIELDS:
        for name in _VALUES[type(item)]:
            yield from telling_values({item.item: getattr(item, name)})


@dataclass(frozen=True, slots=True)
class ContactMask:
    """Masks whatever a document says of one contact, by what is personal of it."""

    personal: PersonalTexts

    def place(self, place: Place) -> Place:
        """A place whose file may be named after the contact."""
        return Place(self.personal.hide(place.file), place.line, place.column)

    def origin(self, origin: Origin) -> Origin:
        """An origin without what its reason and its file's name tell of the contact."""
        return replace(
            origin,
            detail=origin.detail and mask_emails(origin.detail),
            reason=origin.reason and self.personal.hide(origin.reason),
            place=origin.place and self.place(origin.place),
        )

    def item(self, item: Item) -> Item:
        """An item with its name, its values and its origin masked."""
        names = _VALUES[type(item)]
        values = tuple(getattr(item, name) for name in names)
        if item.facet in _FIELDS and len(values) > 1:
            masked: tuple[Value, ...] = mask_field_change(item.item, *values)
        else:
            masked = tuple(self._value(item.facet, item.item, value) for value in values)
        told: dict[str, Any] = dict(zip(names, masked, strict=True))
        return replace(item, item=self.name(item.facet, item.item), origin=self.origin(item.origin), **told)

    def name(self, facet: Facet, name: str) -> str:
        """The name of an item; a role's stays, except for an address in it."""
        return mask_emails(name) if facet is Facet.ROLES else self.personal.hide(name)

    def _value(self, facet: Facet, name: str, value: Value) -> Value:
        """A grant bears its role's name, so both are masked alike; a tag is its own value."""
        if isinstance(value, Grant):
            return mask_grant(value)
        if facet in _FIELDS:
            return mask_field(name, value)
        return value and self.personal.hide(value)

    def explained(self, item: ExplainedItem) -> ExplainedItem:
        """An item with its step and the places that gave way to it, all masked."""
        return replace(
            self.item(item),
            operation=item.operation and self.item(item.operation),
            passed_over=tuple(replace(other, place=self.place(other.place)) for other in item.passed_over),
            next=item.next and self.turn(item.next),
        )

    def turn(self, boundary: Boundary) -> Boundary:
        """The next turn of a window, of this contact."""
        return replace(boundary, item=self.personal.hide(boundary.item), contact=mask_email(boundary.contact))

    def upcoming(self, change: UpcomingChange) -> UpcomingChange:
        """An entry of the timeline with its declaration masked."""
        contact = self._declaration(change.contact)
        item = self.name(change.facet, change.boundary.item)
        boundary = replace(change.boundary, item=item, contact=contact.label)
        return replace(change, boundary=boundary, origin=self.origin(change.origin), contact=contact)

    def _declaration(self, contact: Declaration) -> Declaration:
        """A declaration with nothing but what names the contact."""
        return Declaration(
            self.place(contact.place),
            id=contact.id,
            reference=contact.reference and mask_emails(contact.reference),
            email=contact.email and mask_email(contact.email),
        )

    def payload(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """A payload of the same shape: roles and tags stay, fields are masked."""
        return {mask_emails(name): self._body(value, name) for name, value in payload.items()}

    def _body(self, value: Any, name: str) -> Any:
        match value:
            case Mapping():
                return {
                    mask_emails(key): self._body(inner, name if name in SETS_BY_KEY else key)
                    for key, inner in value.items()
                }
            case list():
                return [self._body(inner, name) for inner in value]
            case str() if name in SETS_BY_KEY:
                return self.name(SETS_BY_KEY[name], value)
            case str():
                return mask_field(name, value)
            case None | bool():
                return value
            case _:
                return MASK
