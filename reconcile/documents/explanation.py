"""An explanation as plain data."""

from typing import Any

from reconcile.clock import utc_text
from reconcile.model.declaration import DeclaredGrant, DeclaredTag
from reconcile.model.explanation import ExplainedItem, Explanation, FacetManagement, UnplannedOrigin
from reconcile.model.facets import MANAGED
from reconcile.model.plan import Boundary, Origin

from .plan import FORMAT_VERSION, origin_document, place_document, value_document, verdict_document
from .timeline import window_document


def explanation_document(found: Explanation) -> dict[str, Any]:
    """An explanation as JSON's types, in the order in which the keys are documented."""
    who = found.contact
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": found.tool_version,
        "target": found.target,
        "account": found.account,
        "as_of": utc_text(found.as_of),
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
        "managed": {facet.value: _managed(found.managed.get(facet)) for facet in MANAGED},
        "untold": [facet.value for facet in found.untold],
        "items": [_explained(one) for one in found.items],
        "next": _turn(found.next),
        "refused": [verdict_document(one) for one in found.refused],
    }


def _managed(how: FacetManagement | None) -> dict[str, Any] | None:
    if how is None:
        return None
    set_by = "contact" if how.by_contact else "configuration"
    return {"mode": how.mode.value if how.mode else None, "set_by": set_by if how.mode else None}


def _explained(one: ExplainedItem) -> dict[str, Any]:
    return {
        "facet": one.facet.value,
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


def _origin(origin: Origin | UnplannedOrigin) -> dict[str, Any]:
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
    return {"at": utc_text(boundary.at), "event": boundary.event, "item": boundary.item}
