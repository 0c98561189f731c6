"""Drift as a JSON document, written and read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from reconcile.model.drift import Cause, Difference, Drift
from reconcile.model.facets import Facet
from reconcile.model.plan import Action

from .codec import Derived, Document, decode, encode
from .json_kinds import EMPTY_AS_NULL
from .json_text import json_text
from .json_value import JsonValue
from .plan import FORMAT_VERSION, PlanDocument, plan_from_document


class DifferenceDocument(Document[Difference]):
    """Why one operation of the plan is needed."""

    contact: Annotated[str, EMPTY_AS_NULL, Derived("change.contact.id")]
    facet: Annotated[Facet, Derived("operation.facet")]
    item: Annotated[str, Derived("operation.item")]
    action: Annotated[Action, Derived("operation.action")]
    cause: Cause
    at: datetime | None
    run: str | None
    due: bool


class DriftDocument(Document[Drift]):
    """A plan, and a cause for each of its operations, in their order."""

    format_version: Annotated[str, Derived(lambda _: FORMAT_VERSION)]
    plan: PlanDocument
    differences: tuple[DifferenceDocument, ...]


def drift_document(drift: Drift) -> dict[str, Any]:
    """Drift as JSON's types."""
    return encode(DriftDocument, drift)


def drift_json(drift: Drift) -> str:
    """The text of a file of drift; ``drift_from_document`` reads it back."""
    return json_text(drift_document(drift))


def drift_from_document(document: Mapping[str, Any]) -> Drift:
    """The drift that a document tells; ValueError, with the path of the value, for anything else."""
    root = JsonValue(document, "the drift")
    plan = plan_from_document(root.key("plan").mapping())
    operations = [(change, operation) for change in plan.changes for operation in change.operations]
    differences = root.key("differences").items()
    if len(differences) != len(operations):
        raise root.wrong("does not have one difference for each operation of its plan")
    return Drift(
        plan,
        tuple(
            decode(DifferenceDocument, difference, change=change, operation=operation)
            for difference, (change, operation) in zip(differences, operations, strict=True)
        ),
    )
