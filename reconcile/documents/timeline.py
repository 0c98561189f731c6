"""A timeline as a JSON document, only written."""

from datetime import datetime
from typing import Annotated

from reconcile.clock import Window
from reconcile.model.declaration import Declaration
from reconcile.model.facets import Facet
from reconcile.model.plan import OriginKind
from reconcile.model.timeline import Timeline, UpcomingChange

from .codec import GROUPED, Derived, Document, From, encode
from .items import EVENT, PlaceDocument
from .json_text import json_text
from .plan import FORMAT_VERSION


class DeclaredContactDocument(Document[Declaration]):
    """Who the contact is, as far as its declaration names it."""

    id: str | None
    email: str | None
    reference: str | None
    source: Annotated[PlaceDocument, From("place")]


class UpcomingChangeDocument(Document[UpcomingChange]):
    """One boundary that lies ahead: of which role or tag of whom, and where its window is declared."""

    at: Annotated[datetime, Derived("boundary.at")]
    event: Annotated[bool, EVENT, Derived("boundary.starts")]
    facet: Facet
    item: Annotated[str, Derived("boundary.item")]
    contact: DeclaredContactDocument
    window: Window
    origin: Annotated[OriginKind, Derived("origin.kind")]
    detail: Annotated[str | None, Derived("origin.detail")]
    reason: Annotated[str | None, Derived("origin.reason")]
    source: Annotated[PlaceDocument | None, Derived("origin.place")]


class TimelineSummaryDocument(Document[Timeline]):
    """How many windows start and lapse, for how many contacts."""

    contacts: int
    starts: int
    lapses: int


class TimelineDocument(Document[Timeline]):
    """What starts and lapses after ``as_of``, up to and including ``until``."""

    format_version: Annotated[str, Derived(lambda _: FORMAT_VERSION)]
    tool_version: str
    target: str
    as_of: datetime
    until: datetime
    days: int
    timezone: str
    summary: Annotated[TimelineSummaryDocument, GROUPED]
    events: Annotated[tuple[UpcomingChangeDocument, ...], From("upcoming")]


def timeline_json(timeline: Timeline) -> str:
    """The text of a timeline in JSON."""
    return json_text(encode(TimelineDocument, timeline))
