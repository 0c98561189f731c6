"""What differs from declarations that were applied before, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconcile.model.plans.change import Change
from reconcile.model.plans.operation import Operation
from reconcile.model.plans.plan import Plan


class Cause(StrEnum):
    """Why an item differs."""

    STARTED = "started"
    LAPSED = "lapsed"
    OUTSIDE = "changed outside"
    INTERRUPTED = "left over"
    NOT_APPLIED = "not applied yet"


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
