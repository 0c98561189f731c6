"""The timeline: what starts and lapses in the days to come, when, for whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .declaration import Declaration, Window
from .document import FORMAT_VERSION, place_document
from .instant import zulu
from .plan import Boundary, Origin, Part


@dataclass(frozen=True, slots=True)
class Coming:
    """One boundary that lies ahead: of which role or tag of whom, and where its window is declared.

    ``origin`` says whether the contact itself or a bundle declares it; ``origin.place`` is that item's line,
    ``contact.place`` the contact's.
    """

    boundary: Boundary
    part: Part
    window: Window
    origin: Origin
    contact: Declaration


@dataclass(frozen=True, slots=True)
class Timeline:
    """What starts and lapses after ``as_of``, up to and including ``until``, sorted by instant.

    ``contacts`` is for how many contacts.
    """

    tool_version: str
    target: str
    as_of: datetime
    until: datetime
    days: int
    timezone: str
    contacts: int
    coming: tuple[Coming, ...]

    @property
    def starts(self) -> int:
        """How many windows start."""
        return sum(one.boundary.starts for one in self.coming)

    @property
    def lapses(self) -> int:
        """How many windows lapse."""
        return len(self.coming) - self.starts


def timeline_document(found: Timeline) -> dict[str, Any]:
    """A timeline as JSON's types, in the order in which the keys are documented."""
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": found.tool_version,
        "target": found.target,
        "as_of": zulu(found.as_of),
        "until": zulu(found.until),
        "days": found.days,
        "timezone": found.timezone,
        "summary": {"contacts": found.contacts, "starts": found.starts, "lapses": found.lapses},
        "events": [_event(one) for one in found.coming],
    }


def _event(one: Coming) -> dict[str, Any]:
    origin = one.origin
    return {
        "at": zulu(one.boundary.at),
        "event": one.boundary.event,
        "facet": one.part.value,
        "item": one.boundary.item,
        "contact": _contact(one.contact),
        "window": window_document(one.window),
        "origin": origin.why.value,
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
        "starts": zulu(window.starts) if window.starts else None,
        "expires": zulu(window.expires) if window.expires else None,
    }
