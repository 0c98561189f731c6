"""A timeline as plain data."""

from typing import Any

from reconcile.clock import Window, utc_text
from reconcile.model.declaration import Declaration
from reconcile.model.timeline import Timeline, UpcomingChange

from .plan import FORMAT_VERSION, place_document


def timeline_document(found: Timeline) -> dict[str, Any]:
    """A timeline as JSON's types, in the order in which the keys are documented."""
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": found.tool_version,
        "target": found.target,
        "as_of": utc_text(found.as_of),
        "until": utc_text(found.until),
        "days": found.days,
        "timezone": found.timezone,
        "summary": {"contacts": found.contacts, "starts": found.starts, "lapses": found.lapses},
        "events": [_event(one) for one in found.coming],
    }


def _event(one: UpcomingChange) -> dict[str, Any]:
    origin = one.origin
    return {
        "at": utc_text(one.boundary.at),
        "event": one.boundary.event,
        "facet": one.facet.value,
        "item": one.boundary.item,
        "contact": _contact(one.contact),
        "window": window_document(one.window),
        "origin": origin.kind.value,
        "detail": origin.detail,
        "reason": origin.reason,
        "source": place_document(origin.place) if origin.place else None,
    }


def _contact(entry: Declaration) -> dict[str, Any]:
    return {
        "id": entry.id,
        "email": entry.email,
        "reference": entry.reference,
        "source": place_document(entry.place),
    }


def window_document(window: Window) -> dict[str, Any]:
    """A window as JSON's types; null is open."""
    return {
        "starts": utc_text(window.starts) if window.starts else None,
        "expires": utc_text(window.expires) if window.expires else None,
    }
