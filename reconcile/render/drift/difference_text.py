"""What is said of one difference: what happened to the item, since when, and what it was before."""

from dataclasses import dataclass

from reconcile.model.contact import BY_ROLE, Grant
from reconcile.model.facets import Facet
from reconcile.model.plans.operation import Value
from reconcile.model.reports.drift import Cause, Difference, Event
from reconcile.render.plan_text import Telling
from reconcile.render.wording.operation_text import SYMBOLS, OperationText, day_text, end_text, start_text

_SYMBOLS = {Event.TAKEN_AWAY: "-", Event.GIVEN: "+", Event.GONE: "-"}

_NOT_KNOWN = "; what it was before is not known"


@dataclass(frozen=True, slots=True)
class DifferenceText:
    """The words for a difference. Its symbol tells what happened, not what an apply would do about it."""

    wording: OperationText

    def telling(self, difference: Difference) -> Telling:
        """What happened, with its symbol."""
        event = difference.event
        if event is not None:
            return Telling(_SYMBOLS.get(event, "~"), self._outside(difference, event))
        planned = self.wording.operation(difference.operation)
        told = " · ".join(filter(None, (planned, self._cause(difference) + self._earlier(difference))))
        return Telling(SYMBOLS[difference.operation.action], told)

    def _outside(self, difference: Difference, event: Event) -> str:
        known = difference.last_known
        since = f" since {day_text(known.at, self.wording.timezone)}" if known else ""
        live, before = difference.operation.before, known.value if known else None
        match event:
            case Event.TAKEN_AWAY:
                told = self._was(before) if known else _NOT_KNOWN
            case Event.GIVEN:
                told = self._how(live) + ("; was not held" if known else _NOT_KNOWN)
            case Event.GONE:
                return f"gone from the account{since}"
            case _:
                told = self._changed(difference, before) if known else self._unlike(difference)
        return f"{event} outside{since}{told}"

    def _was(self, value: Value) -> str:
        return f"; was held, {self._held(value)}" if isinstance(value, Grant) else "; was held"

    def _how(self, value: Value) -> str:
        return f": {self._held(value)}" if isinstance(value, Grant) else ""

    def _held(self, grant: Grant) -> str:
        """How a role is or was held; of one declared without a status only the end is known."""
        return self.wording.expiry(grant.expires) if grant.status == BY_ROLE else self.wording.held(grant)

    def _changed(self, difference: Difference, before: Value) -> str:
        live = difference.operation.before
        if not (isinstance(before, Grant) and isinstance(live, Grant)):
            return f": {self.wording.text(before)} → {self.wording.text(live)}"
        parts = []
        if before.status not in {BY_ROLE, live.status}:
            parts.append(f"{self.wording.status(before)} → {self.wording.status(live)}")
        if before.expires != live.expires:
            parts.append(self.wording.expiry_change(before.expires, live.expires))
        return f": {', '.join(parts)}"

    def _unlike(self, difference: Difference) -> str:
        """What it is and what it should be, where nothing tells what it was."""
        step = difference.operation
        live, declared = (
            self._held(value) if isinstance(value, Grant) else self.wording.text(value)
            for value in (step.before, step.after)
        )
        return f": {live}, declared {declared}{_NOT_KNOWN}"

    def _earlier(self, difference: Difference) -> str:
        """What a run before knew of an item that no run has settled since."""
        known = difference.last_known
        if known is None or difference.cause not in {Cause.NOT_APPLIED, Cause.INTERRUPTED}:
            return ""
        if difference.operation.facet not in {Facet.ROLES, Facet.TAGS}:
            was = self.wording.text(known.value)
        elif isinstance(known.value, Grant):
            was = self._held(known.value)
        else:
            was = "not held" if known.value is None else "held"
        return f"; on {day_text(known.at, self.wording.timezone)} it was {was}"

    def _cause(self, difference: Difference) -> str:
        zone, at = self.wording.timezone, difference.at
        due = "; due" if difference.due else ""
        match difference.cause:
            case Cause.STARTED:
                return f"its window started {start_text(at, zone) if at else 'before'}{due}"
            case Cause.LAPSED:
                return f"its window ended {end_text(at, zone) if at else 'before'}{due}"
            case Cause.INTERRUPTED:
                return f"left over from run {self.wording.dialect.name(difference.run or '')}"
            case Cause.RUN:
                return f"run {self.wording.dialect.name(difference.run or '')} left it so"
            case _:
                return f"{difference.cause}{due}"
