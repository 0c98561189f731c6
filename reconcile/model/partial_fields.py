"""Some fields of a contact's profile, where no more were told: they must never pass for all of them.

A field that a whole profile lacks is empty. One that a partial profile lacks may have any value, so that to
ask for it is a fault of the caller, and so is to walk over all of them: both raise ValueError.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from .contact import Contact, Fields
from .declaration import Declaration
from .facets import FACETS, SETS, Facet


class PartialFields(Mapping[str, str | None]):
    """The fields of a profile that were told, by their names in the API."""

    __slots__ = ("_told",)

    def __init__(self, told: Fields) -> None:
        self._told = told

    def tells(self, names: Iterable[str]) -> bool:
        """True when all of these fields were told."""
        return all(map(self._told.__contains__, names))

    def changed(self, name: str, value: str | None) -> "PartialFields":
        """The same with another value of a field."""
        return PartialFields({**self._told, name: value})

    def __getitem__(self, name: str) -> str | None:
        """The value of a field; ValueError for one that was not told."""
        try:
            return self._told[name]
        except KeyError:
            raise ValueError(f"the field {name} of a contact was not read") from None

    def get(self, name: str, _default: object = None) -> str | None:
        """The same: a default would pass for what the field is."""
        return self[name]

    def __iter__(self) -> Iterator[str]:
        """Never: whoever walks over fields takes them for all."""
        raise ValueError("the profile of a contact was read in part")

    def __len__(self) -> int:
        """How many fields were told."""
        return len(self._told)

    def __bool__(self) -> bool:
        """True, be none told: to be without any is what a whole profile may be."""
        return True

    def __eq__(self, other: object) -> bool:
        """True for a partial profile that tells the same."""
        return isinstance(other, PartialFields) and self._told == other._told

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """The names alone: values are personal."""
        return f"PartialFields({sorted(self._told)})"


@dataclass(frozen=True, slots=True)
class FieldNeeds:
    """What is needed of a contact besides its sets.

    ``profile`` are the names of the fields of its profile, None for none at all; ``address`` is the whole
    address.
    """

    profile: frozenset[str] | None = None
    address: bool = False

    def __or__(self, other: "FieldNeeds") -> "FieldNeeds":
        """What either of the two needs."""
        names = [needs.profile for needs in (self, other) if needs.profile is not None]
        return FieldNeeds(frozenset().union(*names) if names else None, self.address or other.address)

    def are_met_by(self, contact: Contact) -> bool:
        """True when a contact was told with all that is needed."""
        state, profile = contact.state, contact.state.profile
        for facet in SETS:  # whatever is managed: the fingerprint of a contact covers both
            if not state.has(facet):
                return False
        if self.address and state.address is None:
            return False
        if self.profile is None or not isinstance(profile, PartialFields):
            return self.profile is None or profile is not None
        return profile.tells(self.profile)


def is_read_whole(contact: Contact) -> bool:
    """True for a contact that was read by itself, False for one that a row of the list tells."""
    profile = contact.state.profile
    return profile is not None and not isinstance(profile, PartialFields)


NO_FIELDS = FieldNeeds()
"""The sets are enough."""


def needs_of(declaration: Declaration) -> FieldNeeds:
    """What a plan of a declaration needs: the declared fields, and those that an address may inherit."""
    profile, address = declaration.profile, declaration.address
    if profile is None and address is None:
        return NO_FIELDS
    return _needs(tuple(profile or ()), address=address is not None)


@lru_cache(maxsize=1024)
def _needs(names: tuple[str, ...], *, address: bool) -> FieldNeeds:
    """Cached, since most declarations of a folder name the same few fields."""
    inherited = FACETS[Facet.ADDRESS].inherit if address else ()
    return FieldNeeds(frozenset((*names, *inherited)), address)


def needs_of_all(declarations: Iterable[Declaration]) -> FieldNeeds:
    """What plans of these declarations need of any contact."""
    return reduce(or_, set(map(needs_of, declarations)), NO_FIELDS)


def with_field(fields: Fields, name: str, value: Any) -> Fields:
    """The fields with another value of one; a part of a profile stays one."""
    return fields.changed(name, value) if isinstance(fields, PartialFields) else {**fields, name: value}
