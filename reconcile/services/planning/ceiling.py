"""The approved plan as the ceiling of an apply: from a terminal, and in a pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconcile.errors import refuse_if
from reconcile.model.plans.operation import Operation
from reconcile.model.plans.plan import Plan
from reconcile.plan.approval import approved_operations, not_covered
from reconcile.plan.ceiling.union import coverable_operations, exceeding_preview

_HEADLINE = "the approved plan no longer fits; nothing was written; plan and review again"

_PREVIEW_HEADLINE = (
    "the preview no longer fits; nothing was written; start the run again as a whole, which makes another one"
)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A plan that was approved. ``preview``: it was made by the pipeline's own run, which goes on with it.

    A preview counts for what it shows on either side of a boundary that has passed since.
    """

    approved: Plan
    preview: bool = False

    def refuse_uncovered(self, fresh: Plan) -> None:
        """Raise Refusal with every difference when a fresh plan goes beyond the approved one."""
        if self.preview:
            refuse_if(tuple(exceeding_preview(fresh, self.approved)), _PREVIEW_HEADLINE)
        else:
            refuse_if(tuple(not_covered(fresh, self.approved)), _HEADLINE)

    def operations(self, fresh: Plan) -> Mapping[str, tuple[Operation, ...]]:
        """What may be written of each contact, by the change's key, once a fresh plan is covered."""
        if self.preview:
            return coverable_operations(fresh, self.approved)
        return approved_operations(self.approved)
