"""An explanation as a JSON document, only written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from reconcile.clock import Window
from reconcile.model.declaration import DeclaredGrant, DeclaredTag, Mode
from reconcile.model.facets import MANAGED, Facet
from reconcile.model.plans.change import ChangeAction
from reconcile.model.plans.plan import Boundary
from reconcile.model.reports.explanation import Effect, ExplainedItem, Explanation, FacetManagement

from .codec import GROUPED, INLINE, Derived, Document, From, LeftOutWhen
from .guards import VerdictDocument
from .items import Event, IdentityDocument, ItemValue, OriginDocument, PlaceDocument
from .plan import FORMAT_VERSION


class ExplainedContactDocument(Document[Explanation]):
    """Who the contact is, and where it is declared."""

    contact: Annotated[IdentityDocument, INLINE]
    source: PlaceDocument | None


class TurnDocument(Document[Boundary]):
    """The next instant at which the clock alone makes a difference."""

    at: datetime
    event: Event
    item: str


class PassedOverDocument(Document[DeclaredGrant | DeclaredTag]):
    """An item of a bundle that another one goes before."""

    bundle: str | None
    status: Annotated[str | None, Derived(lambda item: getattr(item, "status", None))]
    window: Window
    source: Annotated[PlaceDocument, From("place")]


class ExplainedItemDocument(Document[ExplainedItem]):
    """One item: how it is now, how it would be, and why."""

    facet: Facet
    item: str
    action: Annotated[Effect, From("effect")]
    told: bool
    live: ItemValue
    target: ItemValue
    origin: Annotated[OriginDocument, INLINE]
    window: Window
    passed_over: tuple[PassedOverDocument, ...]
    next: TurnDocument | None


class ManagementDocument(Document[FacetManagement]):
    """How a facet is managed, and who says so."""

    mode: Mode | None
    set_by: Annotated[
        str | None,
        Derived(lambda facet: ("contact" if facet.by_contact else "configuration") if facet.mode else None),
    ]
    authoritative: Annotated[
        tuple[str, ...], LeftOutWhen(()), "Patterns of what is revoked although the mode is additive."
    ]


def _managed(explanation: Explanation) -> dict[str, FacetManagement | None]:
    return {facet.value: explanation.managed.get(facet) for facet in MANAGED}


class ExplanationDocument(Document[Explanation]):
    """What holds for one contact, as of one instant."""

    format_version: Annotated[str, Derived(lambda _: FORMAT_VERSION)]
    tool_version: str
    target: str
    account: str
    as_of: datetime
    timezone: str
    contact: Annotated[ExplainedContactDocument, GROUPED]
    declared: Annotated[bool, Derived(lambda explanation: explanation.source is not None)]
    absent: Annotated[bool, Derived(lambda explanation: not explanation.present)]
    action: ChangeAction | None
    managed: Annotated[Mapping[str, ManagementDocument | None], Derived(_managed)]
    untold: tuple[Facet, ...]
    items: tuple[ExplainedItemDocument, ...]
    next: TurnDocument | None
    refused: tuple[VerdictDocument, ...]
    set_aside: Annotated[str, LeftOutWhen(""), "Why an apply would leave the contact as it is."]
