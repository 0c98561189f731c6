"""A timeline as rows for a spreadsheet: one for each boundary, in their order."""

from collections.abc import Iterator
from datetime import datetime

from reconcile.clock import utc_text
from reconcile.model.reports.timeline import Timeline, UpcomingChange
from reconcile.render.tables.csv_text import csv_text

COLUMNS = (
    *("at", "event", "facet", "item"),
    *("contact_id", "contact_email", "contact_reference"),
    *("starts", "expires", "bundle", "reason", "file", "line"),
)
"""The keys of JSON, but flat; ``file`` and ``line`` are where the window is declared."""


def timeline_csv(timeline: Timeline) -> str:
    """The header, and a row for each boundary; instants in UTC, what there is not is empty."""
    return csv_text(COLUMNS, (list(_cells(change)) for change in timeline.upcoming))


def _cells(change: UpcomingChange) -> Iterator[str]:
    boundary, contact, window, origin = change.boundary, change.contact, change.window, change.origin
    yield from (utc_text(boundary.at), boundary.event, change.facet.value, boundary.item)
    yield from (contact.id or "", contact.email or "", contact.reference or "")
    yield from (_instant(window.starts), _instant(window.expires))
    yield from (origin.detail or "", origin.reason or "")
    yield from (origin.place.file, str(origin.place.line)) if origin.place else ("", "")


def _instant(at: datetime | None) -> str:
    return utc_text(at) if at else ""
