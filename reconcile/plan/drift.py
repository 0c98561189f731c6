"""Why a plan is not empty: judged from the declared windows and what earlier runs have done. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.drift import Cause, Difference, Drift
from reconcile.model.facets import Facet, tag_key
from reconcile.model.plan import Action, Change, Operation, OriginKind, Plan
from reconcile.model.problem import Place
from reconcile.text import plural, verb_form

from .digest import plan_digest

WrittenItem = tuple[str | None, str, str]
"""A contact's id, the part and the item."""


@dataclass(frozen=True, slots=True)
class LastApply:
    """The last apply of all declarations: when it began, for what, and how far it came.

    ``settled`` are the ids of contacts that it left as declared, of those that it wrote.
    """

    run: str
    at: datetime
    declarations: str
    config: str
    complete: bool
    settled: frozenset[str | None] = frozenset()

    def covers(self, plan: Plan) -> bool:
        """True when it was an apply of the very same declarations and configuration."""
        return (self.declarations, self.config) == (plan.declarations_digest, plan.config_digest)


@dataclass(frozen=True, slots=True)
class ApplyHistory:
    """What earlier runs tell. ``written`` says of items when the run began that wrote them last."""

    standing: LastApply | None = None
    written: Mapping[WrittenItem, datetime] = field(default_factory=dict)


def explain_drift(plan: Plan, declarations: Iterable[Declaration], history: ApplyHistory) -> Drift:
    """Why each operation of a plan is needed."""
    by_place = {declaration.place: declaration for declaration in declarations}
    judge = _DriftExplainer(plan, by_place, history)
    found = [judge.difference(change, step) for change in plan.changes for step in change.operations]
    return Drift(plan, tuple(found))


def due_plan(found: Drift) -> Plan:
    """The plan cut down to what is due by the clock alone; the guards' verdicts stay those of the whole."""
    left = len(found.plan.changes) - len(found.due)
    differ = f"{plural(left, 'contact')} {verb_form(left, 'differs', 'differ')}"
    note = f"{left} more {differ} for other reasons, which 'reconcile drift' tells"
    notes = (*found.plan.notes, *([note] if left else []))
    plan = replace(found.plan, changes=found.due, notes=notes)
    return replace(plan, digest=plan_digest(plan))


@dataclass(frozen=True, slots=True)
class _DriftExplainer:
    plan: Plan
    declarations: Mapping[Place, Declaration]
    history: ApplyHistory

    def difference(self, change: Change, step: Operation) -> Difference:
        by_clock = self._by_clock(change, step)
        if by_clock is None:
            cause, run = self._by_hand(change)
            return Difference(change, step, cause, run=run)
        cause, at = by_clock
        return Difference(change, step, cause, at, due=self._due(at))

    def _by_clock(self, change: Change, step: Operation) -> tuple[Cause, datetime] | None:
        """The window's boundary that explains an operation; None when it does not, or not any more.

        A boundary explains nothing once a run has been past it: what that run set right was then changed.
        """
        found = self._boundary(change, step)
        if found is None or self._passed(change, step, found[1]):
            return None
        return found

    def _boundary(self, change: Change, step: Operation) -> tuple[Cause, datetime] | None:
        if (
            step.action is Action.REMOVE
            and step.origin.kind is OriginKind.LAPSED
            and step.origin.at is not None
        ):
            return Cause.LAPSED, step.origin.at
        item = self._declared(change, step) if step.action is Action.ADD else None
        return (Cause.STARTED, item.window.starts) if item is not None and item.window.starts else None

    def _declared(self, change: Change, step: Operation) -> DeclaredGrant | DeclaredTag | None:
        declaration = self.declarations[change.source]
        match step.facet:
            case Facet.ROLES:
                return next((one for one in declaration.roles or () if one.reference == step.item), None)
            case Facet.TAGS:
                key = tag_key(step.item)
                return next((one for one in declaration.tags or () if tag_key(one.value) == key), None)
            case _:
                return None

    def _passed(self, change: Change, step: Operation, boundary: datetime) -> bool:
        standing = self.history.standing
        if standing and standing.covers(self.plan) and self._settled(change) and standing.at >= boundary:
            return True
        written = self.history.written.get((change.contact.id, step.facet.value, step.item))
        return written is not None and written >= boundary

    def _due(self, boundary: datetime) -> bool:
        standing = self.history.standing
        return standing is not None and standing.covers(self.plan) and standing.at < boundary

    def _by_hand(self, change: Change) -> tuple[Cause, str | None]:
        standing = self.history.standing
        if standing is None or not standing.covers(self.plan):
            return Cause.NOT_APPLIED, None
        return (Cause.OUTSIDE, None) if self._settled(change) else (Cause.INTERRUPTED, standing.run)

    def _settled(self, change: Change) -> bool:
        """True when the last apply left that contact as declared, as far as is known."""
        standing = self.history.standing
        return standing is not None and (standing.complete or change.contact.id in standing.settled)
