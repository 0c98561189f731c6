"""Drift: why each item of a live account differs from declarations that were applied before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .document import FORMAT_VERSION, plan_document
from .from_document import plan_from_document
from .instant import zulu
from .node import Node
from .plan import Change, Operation, Plan


class Cause(StrEnum):
    """Why an item differs."""

    STARTED = "started"
    LAPSED = "lapsed"
    OUTSIDE = "changed outside"
    INTERRUPTED = "left over"
    NOT_APPLIED = "not applied yet"


CLOCK = frozenset({Cause.STARTED, Cause.LAPSED})
"""The causes for which nobody did anything: the declared window came to its start or its end."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One operation of a plan and why it is needed.

    ``at`` is the boundary of the window that the clock has passed; ``run`` names the run that left it over.
    ``due`` is True when the clock alone asks for it since the last apply of the very same declarations.
    """

    change: Change
    operation: Operation
    cause: Cause
    at: datetime | None = None
    run: str | None = None
    due: bool = False


@dataclass(frozen=True, slots=True)
class Drift:
    """A plan, and why it is not empty: a difference for each of its operations, in its order."""

    plan: Plan
    differences: tuple[Difference, ...]

    @property
    def due(self) -> tuple[Change, ...]:
        """The changes of which every operation is due by the clock alone: approved with the declarations."""
        waiting = {difference.change.key for difference in self.differences if not difference.due}
        return tuple(change for change in self.plan.changes if change.key not in waiting)


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
        "facet": step.part.value,
        "item": step.item,
        "action": step.action.value,
        "cause": one.cause.value,
        "at": None if one.at is None else zulu(one.at),
        "run": one.run,
        "due": one.due,
    }


def drift_from_document(document: Mapping[str, Any]) -> Drift:
    """The reverse; ValueError, with the path of the value, for anything that is not drift."""
    root = Node(document, "the drift")
    plan = plan_from_document(root.key("plan").mapping())
    steps = [(change, step) for change in plan.changes for step in change.operations]
    told = root.key("differences").items()
    if len(told) != len(steps):
        raise root.wrong("does not have one difference for each operation of its plan")
    return Drift(plan, tuple(_read(node, *pair) for node, pair in zip(told, steps, strict=True)))


def _read(node: Node, change: Change, step: Operation) -> Difference:
    return Difference(
        change,
        step,
        Cause(node.key("cause").one_of(*Cause)),
        node.key("at").optional_instant(),
        node.key("run").optional_text(),
        node.key("due").flag(),
    )
