"""Why a plan is not empty: judged from the declared windows and what earlier runs have done. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconcile.model.declaration import DeclaredItem
from reconcile.model.facets import SETS, item_key
from reconcile.model.plan import Action, Change, Operation, OriginKind, Plan
from reconcile.model.reports import Cause, Difference, Drift
from reconcile.text import plural, verb_form

from .digest import plan_digest

WrittenItem = tuple[str | None, str, str]
"""A contact's id, the facet and the item."""


@dataclass(frozen=True, slots=True)
class LastApply:
    """The last apply of all declarations: when it began, which declarations it applied, how it ended.

    ``settled`` are the ids of the contacts that it wrote and left as declared.
    """

    run: str
    at: datetime
    declarations: str
    config: str
    complete: bool
    settled: frozenset[str | None] = frozenset()

    def settles(self, change: Change) -> bool:
        """True when it is known to have left that contact as declared."""
        return self.complete or change.contact.id in self.settled

    def covers(self, plan: Plan) -> bool:
        """True when it was an apply of the very same declarations and configuration."""
        return (self.declarations, self.config) == (plan.declarations_digest, plan.config_digest)


@dataclass(frozen=True, slots=True)
class ApplyHistory:
    """What earlier runs tell. ``written`` has, by item, when the run began that wrote it last."""

    last_apply: LastApply | None = None
    written: Mapping[WrittenItem, datetime] = field(default_factory=dict)


def explain_drift(plan: Plan, history: ApplyHistory) -> Drift:
    """Why each operation of a plan is needed."""
    last = history.last_apply if history.last_apply and history.last_apply.covers(plan) else None
    explainer = _DriftExplainer(history.written, last)
    differences = (
        explainer.difference(change, operation) for change in plan.changes for operation in change.operations
    )
    return Drift(plan, tuple(differences))


def due_plan(drift: Drift) -> Plan:
    """The plan cut down to what is due by the clock alone; the guards' verdicts stay those of the whole."""
    left = len(drift.plan.changes) - len(drift.due)
    differ = f"{plural(left, 'contact')} {verb_form(left, 'differs', 'differ')}"
    note = f"{left} more {differ} for other reasons, which 'reconcile drift' tells"
    notes = (*drift.plan.notes, *([note] if left else []))
    plan = replace(drift.plan, changes=drift.due, notes=notes)
    return replace(plan, digest=plan_digest(plan))


@dataclass(frozen=True, slots=True)
class _DriftExplainer:
    """Judges single operations. ``last`` is the last apply of the very same declarations, if it was one."""

    written: Mapping[WrittenItem, datetime]
    last: LastApply | None

    def difference(self, change: Change, operation: Operation) -> Difference:
        by_clock = self._by_clock(change, operation)
        if by_clock is None:
            cause, run = self._by_hand(change)
            return Difference(change, operation, cause, run=run)
        cause, at = by_clock
        due = self.last is not None and self.last.at < at
        return Difference(change, operation, cause, at, due=due)

    def _by_clock(self, change: Change, operation: Operation) -> tuple[Cause, datetime] | None:
        """The window's boundary that explains an operation; None when it does not, or not any more.

        A boundary explains nothing once a run has been past it: what that run set right was then changed.
        """
        boundary = self._boundary(change, operation)
        if boundary is None or self._passed(change, operation, boundary[1]):
            return None
        return boundary

    def _boundary(self, change: Change, operation: Operation) -> tuple[Cause, datetime] | None:
        if (
            operation.action is Action.REMOVE
            and operation.origin.kind is OriginKind.LAPSED
            and operation.origin.at is not None
        ):
            return Cause.LAPSED, operation.origin.at
        item = self._declared(change, operation) if operation.action is Action.ADD else None
        return (Cause.STARTED, item.window.starts) if item is not None and item.window.starts else None

    def _declared(self, change: Change, operation: Operation) -> DeclaredItem | None:
        if operation.facet not in SETS:
            return None
        key = operation.facet, item_key(operation.facet, operation.item)
        items = change.declaration.items(operation.facet)
        return next((item for item in items if item.key == key), None)

    def _passed(self, change: Change, operation: Operation, boundary: datetime) -> bool:
        if self.last and self.last.settles(change) and self.last.at >= boundary:
            return True
        written = self.written.get((change.contact.id, operation.facet.value, operation.item))
        return written is not None and written >= boundary

    def _by_hand(self, change: Change) -> tuple[Cause, str | None]:
        if self.last is None:
            return Cause.NOT_APPLIED, None
        return (Cause.OUTSIDE, None) if self.last.settles(change) else (Cause.INTERRUPTED, self.last.run)
