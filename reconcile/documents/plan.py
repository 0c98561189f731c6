"""The plan as plain data: the JSON format 1.0 that files, digests and other programs go by.

The format is versioned semantically: a new key is a minor change.
"""

from datetime import datetime
from typing import Any

from reconcile.clock import utc_text
from reconcile.model.contact import Grant
from reconcile.model.plan import Boundary, Change, Kept, Operation, Origin, Plan, Value, Verdict
from reconcile.model.problem import Place
from reconcile.model.summary import summarise

FORMAT_VERSION = "1.0"


def plan_document(plan: Plan) -> dict[str, Any]:
    """A plan as JSON's types, in the order in which the keys are documented."""
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": plan.tool_version,
        "target": plan.target,
        "account": plan.account,
        "revert": plan.revert,
        "as_of": utc_text(plan.as_of),
        "valid_until": utc_text(plan.valid_until.at) if plan.valid_until else None,
        "boundary": _boundary(plan.valid_until) if plan.valid_until else None,
        "timezone": plan.timezone,
        "config_digest": plan.config_digest,
        "declarations_digest": plan.declarations_digest,
        "summary": summarise(plan).document(),
        "changes": [_change(change) for change in plan.changes],
        "unchanged": plan.unchanged,
        "notes": list(plan.notes),
        "guards": [verdict_document(verdict) for verdict in plan.guards],
        "digest": plan.digest,
    }


def _boundary(boundary: Boundary) -> dict[str, Any]:
    return {"event": boundary.event, "item": boundary.item, "contact": boundary.contact}


def _change(change: Change) -> dict[str, Any]:
    who = change.contact
    return {
        "contact": {
            "id": who.id or None,
            "type": who.type,
            "email": who.email,
            "reference": who.reference,
            "source": place_document(change.source),
        },
        "action": change.action.value,
        "operations": [operation_document(operation) for operation in change.operations],
        "kept": [_kept(kept) for kept in change.kept],
        "payload": change.payload,
        "live_fingerprint": change.live_fingerprint,
    }


def operation_document(operation: Operation) -> dict[str, Any]:
    """One operation as JSON's types."""
    return {
        "facet": operation.facet.value,
        "item": operation.item,
        "action": operation.action.value,
        "before": value_document(operation.before),
        "after": value_document(operation.after),
        **origin_document(operation.origin),
    }


def _kept(kept: Kept) -> dict[str, Any]:
    return {
        "facet": kept.facet.value,
        "item": kept.item,
        "value": value_document(kept.value),
        **origin_document(kept.origin),
    }


def origin_document(origin: Origin) -> dict[str, Any]:
    """An origin as JSON's types, to stand among the keys of its item."""
    return {
        "origin": origin.kind.value,
        "detail": origin.detail,
        "reason": origin.reason,
        "at": _instant(origin.at),
        "source": place_document(origin.place) if origin.place else None,
    }


def place_document(place: Place) -> dict[str, Any]:
    """A place as JSON's types."""
    return {"file": place.file, "line": place.line, "column": place.column}


def value_document(value: Value) -> Any:
    """What an item is, as JSON's types: a grant, a text or null."""
    return _grant(value) if isinstance(value, Grant) else value


def _grant(grant: Grant) -> dict[str, Any]:
    told = {"status": grant.status, "expires": _instant(grant.expires)}
    return told if grant.readable else {**told, "readable": False}


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else utc_text(instant)


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """What a guard says, as JSON's types."""
    return {
        "name": verdict.guard,
        "passed": verdict.passed,
        "found": verdict.found,
        "limit": verdict.limit,
        "subjects": list(verdict.subjects),
        "message": verdict.message,
    }
