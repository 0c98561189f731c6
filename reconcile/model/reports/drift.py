"""What differs from declarations that were applied before, and why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from reconcile.model.contact import BY_ROLE, Grant, Identity
from reconcile.model.facets import SETS, Facet
from reconcile.model.plans.change import Change
from reconcile.model.plans.operation import Action, Operation, Value
from reconcile.model.plans.plan import Plan


class Cause(StrEnum):
    """Why an item differs."""

    STARTED = "started"
    LAPSED = "lapsed"
    OUTSIDE = "changed outside"
    INTERRUPTED = "left over"
    NOT_APPLIED = "not applied yet"
    RUN = "done by a run"


class Event(StrEnum):
    """What somebody did outside to an item."""

    TAKEN_AWAY = "taken away"
    GIVEN = "given"
    EXPIRY = "expiry changed"
    STATUS = "status changed"
    VALUE = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class LastKnown:
    """What an item was when a run last left its contact as declared; that run began ``at`` this instant.

    ``value`` is None where it was not held, or empty. A grant's status is ``default`` where only its end is
    known.
    """

    value: Value
    at: datetime


@dataclass(frozen=True, slots=True)
class WrittenValue:
    """What a run that began ``at`` this instant made of an item; ``value`` is None where it took it away."""

    run: str
    at: datetime
    value: Value


ItemWrites = Mapping[tuple[str, Facet, str], WrittenValue]
"""What the last run that wrote an item made of it, by the contact's id, the facet and the item's key."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One operation of a plan and why it is needed.

    ``at`` is the boundary of the window that the clock has passed; ``run`` names the run that left
    it over, or that did it.
    ``due`` is True when the clock alone asks for it since the last apply of the very same declarations.
    ``last_known`` is what the item was then; None where nothing proves it.
    """

    change: Change
    operation: Operation
    cause: Cause
    at: datetime | None = None
    run: str | None = None
    due: bool = False
    last_known: LastKnown | None = None

    @property
    def event(self) -> Event | None:
        """What somebody did to the item; None where nobody did, and the cause says it all."""
        if self.cause is not Cause.OUTSIDE:
            return None
        step = self.operation
        if step.facet is Facet.CONTACT:
            return Event.GONE
        if step.facet not in SETS:
            return Event.VALUE
        known = self.last_known.value if self.last_known else step.after
        return _event(known, step.before) or _FALLBACK[step.action]


def _event(known: Value, live: Value) -> Event | None:
    """What leads from a known item to a live one, of which either may be none."""
    if known is None or live is None:
        return Event.TAKEN_AWAY if known else Event.GIVEN if live else None
    if not (isinstance(known, Grant) and isinstance(live, Grant)):
        return None
    return Event.STATUS if known.status not in {BY_ROLE, live.status} else Event.EXPIRY


_FALLBACK = {Action.ADD: Event.TAKEN_AWAY, Action.REMOVE: Event.GIVEN, Action.CHANGE: Event.VALUE}


@dataclass(frozen=True, slots=True)
class Drift:
    """A plan, and why it is not empty: a difference for each of its operations, in its order.

    ``target_named``: the command was given its target, so that the commands that follow need it, too.
    """

    plan: Plan
    differences: tuple[Difference, ...]
    target_named: bool = False

    @property
    def outside(self) -> tuple[Difference, ...]:
        """What somebody changed outside: all that can be adopted."""
        return tuple(difference for difference in self.differences if difference.cause is Cause.OUTSIDE)

    def differences_of(self, contact: Identity) -> tuple[Difference, ...]:
        """All that differs of a contact."""
        return tuple(one for one in self.differences if one.change.contact == contact)

    def cut_down_to(self, chosen: Collection[Difference]) -> "Drift":
        """The drift as if nothing but the chosen differences were there, without all that is to come."""
        kept = [difference for difference in self.differences if difference in chosen]
        changes = {
            difference.change.key: replace(
                difference.change,
                operations=tuple(one.operation for one in kept if one.change.key == difference.change.key),
                kept=(),
                lapsed=(),
            )
            for difference in kept
        }
        plan = replace(
            self.plan,
            changes=tuple(changes.values()),
            scheduled=(),
            withheld=(),
            set_aside=(),
            undeclared=(),
            notes=(),
        )
        cut = tuple(replace(difference, change=changes[difference.change.key]) for difference in kept)
        return replace(self, plan=plan, differences=cut)

    @property
    def due(self) -> tuple[Change, ...]:
        """The changes of which every operation is due by the clock alone: approved with the declarations."""
        waiting = {difference.change.key for difference in self.differences if not difference.due}
        return tuple(change for change in self.plan.changes if change.key not in waiting)
