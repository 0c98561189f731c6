"""The facets of a contact, as one table. Fold, diff, digests, explanations and verification follow it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from reconcile.text import ascii_folded


class Facet(StrEnum):
    """What an operation is about: the contact itself when it is created, or one managed part of it.

    In the order in which a plan shows them.
    """

    CONTACT = "contact"
    ROLES = "roles"
    TAGS = "tags"
    PROFILE = "profile"
    ADDRESS = "address"


class FacetKind(StrEnum):
    """A set of items that are held or not, or fields that have values."""

    SET = "set"
    FIELDS = "fields"


def tag_key(value: str) -> str:
    """What makes two tags the same: ASCII blanks around and the case of ASCII letters do not count."""
    return ascii_folded(value)


@dataclass(frozen=True, slots=True)
class FacetSpec:
    """One managed facet.

    ``noun`` names one item; ``added`` and ``removed`` are the words for what an operation does to it. Of a
    set, two items of equal ``item_key`` are the same, an item that should be gone is still ``present``, and
    ``pattern`` is an example of a pattern that ignores items. Fields that are ``whole`` are always written
    all together, the undeclared ones as they are. Of fields that ``inherit`` an empty one shows the contact's
    own, so that an undeclared one that is the same is not written: it would stay when the contact's changes.
    """

    facet: Facet
    kind: FacetKind
    noun: str
    item_key: Callable[[str], str] = str
    added: str = "added"
    removed: str = "removed"
    present: str = "there"
    pattern: str = ""
    whole: bool = False
    inherit: tuple[str, ...] = ()


FACETS: dict[Facet, FacetSpec] = {
    spec.facet: spec
    for spec in (
        FacetSpec(Facet.ROLES, FacetKind.SET, "role", str, "granted", "revoked", "held", "staff-*"),
        FacetSpec(Facet.TAGS, FacetKind.SET, "tag", tag_key, pattern='"auto:*"'),
        FacetSpec(Facet.PROFILE, FacetKind.FIELDS, "profile", added="changed", removed="changed"),
        FacetSpec(
            Facet.ADDRESS,
            FacetKind.FIELDS,
            "address",
            added="changed",
            removed="changed",
            whole=True,
            inherit=("firstname", "lastname", "company"),
        ),
    )
}
"""The facets that can be managed, in their order."""

MANAGED = tuple(FACETS)
"""The same, without what is known of them."""

SETS = tuple(facet for facet, spec in FACETS.items() if spec.kind is FacetKind.SET)
"""The facets that are sets of items."""

FIELDS = tuple(facet for facet, spec in FACETS.items() if spec.kind is FacetKind.FIELDS)
"""The facets that are fields with values."""

RANK: dict[Facet, int] = {facet: number for number, facet in enumerate(Facet)}
"""Where a facet stands in the order in which a plan shows them."""

ItemKey = tuple[Facet, str]
"""One item of a contact: the facet, and the role's reference, the tag's value or the field's name."""


def item_key(facet: Facet, item: str) -> str:
    """What makes two items of a facet the same."""
    spec = FACETS.get(facet)
    return spec.item_key(item) if spec else item
