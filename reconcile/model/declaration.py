"""What people declare: contacts with their desired roles, tags and fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from reconcile.clock import OPEN, Window

from .baseline import EntryKey
from .contact import Fields, email_key
from .facets import MANAGED, Facet, ItemKey, item_key
from .problem import Place


class Mode(StrEnum):
    """How a set facet treats live items that nobody declares: revoke them, or keep them."""

    AUTHORITATIVE = "authoritative"
    ADDITIVE = "additive"


@dataclass(frozen=True, slots=True)
class DeclaredGrant:
    """One role of a contact as declared, on the contact itself or by a bundle (then named)."""

    reference: str
    place: Place
    status: str | None = None
    window: Window = OPEN
    reason: str | None = None
    bundle: str | None = None

    @property
    def key(self) -> ItemKey:
        """What makes two declarations of a role the same."""
        return Facet.ROLES, self.reference

    @property
    def name(self) -> str:
        """The role's reference."""
        return self.reference


@dataclass(frozen=True, slots=True)
class DeclaredTag:
    """One tag of a contact as declared, on the contact itself or by a bundle (then named).

    ``facet`` would be another one for an item of another set of texts.
    """

    value: str
    place: Place
    window: Window = OPEN
    reason: str | None = None
    bundle: str | None = None
    facet: Facet = Facet.TAGS

    @property
    def key(self) -> ItemKey:
        """What makes two declarations of a tag the same."""
        return self.facet, item_key(self.facet, self.value)

    @property
    def name(self) -> str:
        """The tag's value as it is declared."""
        return self.value


DeclaredItem = DeclaredGrant | DeclaredTag
"""A declared item of a set facet."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One contact's entry. A facet that is None is not managed.

    ``modes`` are the contact's own overrides of the configuration's. ``present`` is False for
    ``state: absent``; roles and tags are then empty and managed unless declared otherwise. ``passed_over``
    are items of its bundles that its own entry, or an earlier bundle that says the same, goes before.
    ``gives_up_roles``: the entry itself says ``state: absent`` or ``roles: []``, not just its bundles.
    """

    place: Place
    id: str | None = None
    reference: str | None = None
    email: str | None = None
    present: bool = True
    create: bool = False
    type: str | None = None
    roles: tuple[DeclaredGrant, ...] | None = None
    tags: tuple[DeclaredTag, ...] | None = None
    profile: Fields | None = None
    address: Fields | None = None
    modes: tuple[tuple[Facet, Mode], ...] = ()
    field_places: tuple[tuple[Facet, str, Place], ...] = field(default=(), compare=False)
    passed_over: tuple[DeclaredItem, ...] = field(default=(), compare=False)
    gives_up_roles: bool = field(default=False, compare=False)

    @property
    def label(self) -> str:
        """How to name the contact to a person: its e-mail, else its reference, else its id."""
        return self.email or self.reference or f"id {self.id}"

    @property
    def leaves(self) -> bool:
        """True when the contact is meant to hold no role: its own entry says so, not only a bundle."""
        return self.gives_up_roles and not self.roles

    @property
    def key(self) -> EntryKey:
        """What makes this declaration the same in the next run."""
        return EntryKey(self.id, self.reference, email_key(self.email) if self.email else None)

    @property
    def managed(self) -> tuple[Facet, ...]:
        """The facets that the declaration manages, in their order."""
        return tuple([facet for facet in MANAGED if getattr(self, facet) is not None])

    def manages(self, facet: Facet) -> bool:
        """True when the declaration says what the facet should be, be it empty."""
        return getattr(self, facet) is not None

    def items(self, facet: Facet) -> tuple[DeclaredItem, ...]:
        """The declared items of a set facet; none also where it is not managed."""
        items: tuple[DeclaredItem, ...] | None = getattr(self, facet)
        return items or ()

    def with_sets(self, sets: Mapping[Facet, tuple[DeclaredItem, ...]]) -> "Declaration":
        """The declaration with these set facets instead of its own; the others stay."""
        values: dict[str, Any] = {facet.value: items for facet, items in sets.items()}
        return replace(self, **values)

    def fields(self, facet: Facet) -> Fields:
        """The declared values of a facet's fields; none also where it is not managed."""
        fields: Fields | None = getattr(self, facet)
        return fields or {}


NO_DECLARATION = Declaration(Place(""))
"""Manages nothing, so that nothing is ever written for it."""
