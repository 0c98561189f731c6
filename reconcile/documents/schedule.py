"""What a plan says of later and of what stays: scheduled, withheld, and what is declared no longer."""

from datetime import datetime
from typing import Annotated

from reconcile.clock import Window
from reconcile.model.baseline import AdditiveHolder, AdditiveItem, Comparison, NoLonger, Undeclared
from reconcile.model.facets import Facet
from reconcile.model.plans.operation import Action
from reconcile.model.plans.schedule import Lapsing, Scheduled, Withheld

from .codec import GROUPED, INLINE, AddedLater, Document, From, LeftOutWhen
from .items import IdentityDocument, NamedContactDocument, OriginDocument, PlaceDocument


class ScheduledDocument(Document[Scheduled]):
    """An item that the clock will give to a contact or take from it."""

    contact: Annotated[NamedContactDocument, GROUPED]
    facet: Facet
    item: Annotated[str, "The role's reference or the tag's value."]
    action: Annotated[
        Action,
        "add: its window starts then; remove: a tag whose window ends (a role has its end in its grant).",
    ]
    window: Annotated[Window, INLINE]
    status: Annotated[str | None, "The declared status of a role; null: by the role's own rules."]
    comparison: Annotated[
        Comparison, "What has become of it against the baseline; what was taken back is scheduled no longer."
    ]
    privileged: Annotated[
        bool, LeftOutWhen(False), "Stands here, as true, for a role that `granting` or `protect` names."
    ]
    bypasses_approval: Annotated[
        bool,
        LeftOutWhen(False),
        From("skips_approval"),
        "Stands here, as true, where the role will be active although it asks for an approval.",
    ]
    origin: Annotated[OriginDocument, INLINE]


class WithheldDocument(Document[Withheld]):
    """A declared item whose window has closed, and that the contact does not hold."""

    contact: Annotated[NamedContactDocument, GROUPED]
    facet: Facet
    item: Annotated[str, "The role's reference or the tag's value."]
    window: Annotated[Window, INLINE]
    status: Annotated[str | None, "The declared status of a role; null: by the role's own rules."]
    origin: Annotated[OriginDocument, INLINE]


class LapsingDocument(Document[Lapsing]):
    """A role or tag that a contact holds and the plan leaves as it is, and that ends soon."""

    contact: Annotated[NamedContactDocument, GROUPED]
    facet: Facet
    item: Annotated[str, "The role's reference or the tag's value."]
    expires: datetime
    origin: Annotated[OriginDocument, INLINE]


class UndeclaredDocument(Document[Undeclared]):
    """One thing that the baseline declared, that nothing declares now, and that stays."""

    contact: IdentityDocument
    what: Annotated[NoLonger, "What is declared no longer: the contact, one of its facets, or the item."]
    facet: Facet | None
    item: Annotated[str | None, "What stays; null for a contact that holds nothing, or was not looked at."]
    status: Annotated[str | None, "That of the live grant."]
    expires: Annotated[datetime | None, "That of the live grant; null: perpetual, or no grant."]
    source: Annotated[PlaceDocument | None, "Where the base declares it; null: only the record tells of it."]
    looked_at: Annotated[
        bool, AddedLater(), "False: what else the contact holds could not be read, or was too much to read."
    ]


class AdditiveHolderDocument(Document[AdditiveHolder]):
    """A declared contact that keeps the item by additive mode alone."""

    contact: Annotated[IdentityDocument, INLINE]
    status: Annotated[str | None, LeftOutWhen(None), "That of a grant which opens nothing: it is not active."]


class AdditiveItemDocument(Document[AdditiveItem]):
    """A role or tag that `manage: authoritative` would take from declared contacts today."""

    facet: Facet
    item: Annotated[str, "The role's reference or the tag's value."]
    contacts: Annotated[tuple[AdditiveHolderDocument, ...], From("holders")]
