"""Drift as plain data and back."""

from collections.abc import Mapping
from typing import Any

from reconcile.clock import utc_text
from reconcile.model.drift import Cause, Difference, Drift
from reconcile.model.plan import Change, Operation

from .json_value import JsonValue
from .plan import FORMAT_VERSION, plan_document
from .plan_reader import plan_from_document


def drift_document(drift: Drift) -> dict[str, Any]:
    """Drift as JSON's types: the plan's document, and a cause for each of its operations, in their order."""
    return {
        "format_version": FORMAT_VERSION,
        "plan": plan_document(drift.plan),
        "differences": [_difference(one) for one in drift.differences],
    }


def _difference(one: Difference) -> dict[str, Any]:
    step = one.operation
    return {
        "contact": one.change.contact.id or None,
        "facet": step.facet.value,
        "item": step.item,
        "action": step.action.value,
        "cause": one.cause.value,
        "at": None if one.at is None else utc_text(one.at),
        "run": one.run,
        "due": one.due,
    }


def drift_from_document(document: Mapping[str, Any]) -> Drift:
    """The reverse; ValueError, with the path of the value, for anything that is not drift."""
    root = JsonValue(document, "the drift")
    plan = plan_from_document(root.key("plan").mapping())
    steps = [(change, step) for change in plan.changes for step in change.operations]
    told = root.key("differences").items()
    if len(told) != len(steps):
        raise root.wrong("does not have one difference for each operation of its plan")
    return Drift(plan, tuple(_difference_from(node, *pair) for node, pair in zip(told, steps, strict=True)))


def _difference_from(node: JsonValue, change: Change, step: Operation) -> Difference:
    return Difference(
        change,
        step,
        Cause(node.key("cause").one_of(*Cause)),
        node.key("at").optional_instant(),
        node.key("run").optional_text(),
        node.key("due").flag(),
    )
