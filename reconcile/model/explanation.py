"""The explanation of one contact: what gives or withholds each item, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .contact import Facet, Identity
from .declaration import OPEN, DeclaredGrant, DeclaredTag, Mode, Window
from .document import FORMAT_VERSION, origin_document, place_document, value_document, verdict_document
from .instant import zulu
from .place import Place
from .plan import Boundary, ChangeAction, Operation, Origin, Part, Value, Verdict
from .timeline import window_document


class Beside(StrEnum):
    """Why an item that is there has no origin in a plan."""

    UNMANAGED = "not managed"
    EXPIRED = "expired"
    INHERITED = "kept: inherited"


class Fate(StrEnum):
    """What an apply now would do with an item: the actions of operations, and two ways of doing nothing.

    What is kept is there and stays; ``none`` is what the contact neither holds nor would hold, what is not
    managed, and what would have to be guessed.
    """

    ADD = "add"
    REMOVE = "remove"
    CHANGE = "change"
    KEEP = "keep"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Explained:
    """One item of a contact: how it is now, how it would be, and why.

    ``live`` and ``target`` are grants for roles and text for all else; None is not there, or empty. A live
    grant stands here even when its own expiry has passed. ``told`` is False when the account did not tell how
    the item is now, or not in full: where that would have to be guessed, nothing is done. ``window`` is the
    declared one. ``passed_over`` are the items of bundles that the one which counts goes before. ``turn`` is
    the next instant at which the clock alone makes a difference: of the declared window, or of the live
    grant's own expiry where nothing is declared.
    """

    part: Part
    item: str
    fate: Fate
    live: Value
    target: Value
    origin: Origin | Beside
    operation: Operation | None = None
    window: Window = OPEN
    passed_over: tuple[DeclaredGrant | DeclaredTag, ...] = ()
    turn: Boundary | None = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class Managed:
    """How a facet is managed: its mode (None: profile and address have none), and who says so."""

    mode: Mode | None
    by_contact: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """What holds for one contact, as of one instant.

    ``source`` is where it is declared, None when it is not; ``action`` what an apply would do with the
    contact as a whole. ``managed`` has the facets that its declaration manages. ``next`` is the nearest of
    all turns. ``untold`` are the facets of roles and tags that the account did not tell. ``refused``
    are the guards that this contact alone would trip.
    """

    tool_version: str
    target: str
    account: str
    as_of: datetime
    timezone: str
    contact: Identity
    source: Place | None
    present: bool
    action: ChangeAction | None
    managed: Mapping[Facet, Managed]
    items: tuple[Explained, ...]
    next: Boundary | None
    untold: tuple[Facet, ...] = ()
    refused: tuple[Verdict, ...] = ()


def explanation_document(found: Explanation) -> dict[str, Any]:
    """An explanation as JSON's types, in the order in which the keys are documented."""
    who = found.contact
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": found.tool_version,
        "target": found.target,
        "account": found.account,
        "as_of": zulu(found.as_of),
        "timezone": found.timezone,
        "contact": {
            "id": who.id or None,
            "type": who.type,
            "email": who.email,
            "reference": who.reference,
            "source": place_document(found.source) if found.source else None,
        },
        "declared": found.source is not None,
        "absent": not found.present,
        "action": found.action.value if found.action else None,
        "managed": {facet.value: _managed(found.managed.get(facet)) for facet in Facet},
        "untold": [facet.value for facet in found.untold],
        "items": [_explained(one) for one in found.items],
        "next": _turn(found.next),
        "refused": [verdict_document(one) for one in found.refused],
    }


def _managed(how: Managed | None) -> dict[str, Any] | None:
    if how is None:
        return None
    set_by = "contact" if how.by_contact else "configuration"
    return {"mode": how.mode.value if how.mode else None, "set_by": set_by if how.mode else None}


def _explained(one: Explained) -> dict[str, Any]:
    return {
        "facet": one.part.value,
        "item": one.item,
        "action": one.fate.value,
        "told": one.told,
        "live": value_document(one.live),
        "target": value_document(one.target),
        **_origin(one.origin),
        "window": window_document(one.window),
        "passed_over": [_passed_over(item) for item in one.passed_over],
        "next": _turn(one.turn),
    }


def _origin(origin: Origin | Beside) -> dict[str, Any]:
    if isinstance(origin, Origin):
        return origin_document(origin)
    return {"origin": origin.value, "detail": None, "reason": None, "at": None, "source": None}


def _passed_over(item: DeclaredGrant | DeclaredTag) -> dict[str, Any]:
    return {
        "bundle": item.bundle,
        "status": item.status if isinstance(item, DeclaredGrant) else None,
        "window": window_document(item.window),
        "source": place_document(item.place),
    }


def _turn(boundary: Boundary | None) -> dict[str, Any] | None:
    if boundary is None:
        return None
    return {"at": zulu(boundary.at), "event": boundary.event, "item": boundary.item}
