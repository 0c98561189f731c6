"""Whether a step of a fresh plan, or what it schedules, comes to what an approved plan shows. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from reconcile.model.contact import ACTIVE, BY_ROLE, PENDING, Grant
from reconcile.model.facets import FIELDS, SETS, item_key
from reconcile.model.plans.operation import Action, Operation, Value
from reconcile.model.plans.schedule import Scheduled
from reconcile.plan.approval import effect_of
from reconcile.plan.schedule.ceiling import scheduled_item

from .shown import ShownContact, ShownResult, step_item


def shows_step(shown: ShownContact, step: Operation, ends: datetime | None) -> bool:
    """True when a plan shows the very step; ``ends`` is when the clock takes its tag again."""
    same = any(effect_of(operation) == effect_of(step) for operation in shown.operations)
    return same and shown.end_of(step_item(step)) == ends


def comes_to(step: Operation, ends: datetime | None, result: ShownResult) -> bool:
    """True when a step leads to what a plan shows, whatever was there before."""
    if step.action is Action.REMOVE or result.value is None:
        return step.action is Action.REMOVE and result.value is None
    same = _is_grant_of(step, result.value) if isinstance(step.after, Grant) else step.after == result.value
    return same and ends == result.ends and (result.bypasses_approval or not step.bypasses_approval)


def _is_grant_of(step: Operation, shown: Value) -> bool:
    """True for the same role until the same instant, whose status nobody decides otherwise than was shown.

    A role that was to have the status of its own rules may have got one, which the step leaves as it is. One
    that was shown as active may be given under its own rules: they give no more than that.
    """
    before, after = step.before, step.after
    if not (isinstance(after, Grant) and isinstance(shown, Grant)):
        return False
    if (after.reference, after.expires) != (shown.reference, shown.expires):
        return False
    left = isinstance(before, Grant) and before.status == after.status
    statuses = after.status, shown.status
    return after.status == shown.status or statuses == (BY_ROLE, ACTIVE) or (shown.status == BY_ROLE and left)


def takes_nothing_unseen(step: Operation, values: Iterable[Value]) -> bool:
    """False when a step takes something of which no plan has shown that the contact has it, or gets it.

    A grant that ends earlier is taken in part; a field that gets another text loses the one before.
    """
    return not _takes(step) or any(_was_shown(step, value) for value in values)


def _takes(step: Operation) -> bool:
    before, after = step.before, step.after
    rejects = isinstance(before, Grant) and isinstance(after, Grant) and before.active and not after.active
    overwrites = step.facet in FIELDS and before is not None
    return step.action is Action.REMOVE or step.shortens or rejects or overwrites


def _was_shown(step: Operation, shown: Value) -> bool:
    """True when the value before a step is one that a plan shows.

    A tag is the same in every spelling; a grant under the role's own rules has become active, or waits.
    """
    before = step.before
    if isinstance(before, Grant) and isinstance(shown, Grant) and shown.status == BY_ROLE:
        return before.status in {ACTIVE, PENDING} and replace(before, status=BY_ROLE) == shown
    if step.facet in SETS and isinstance(before, str) and isinstance(shown, str):
        return item_key(step.facet, before) == item_key(step.facet, shown)
    return before == shown


def schedules(shown: ShownContact, row: Scheduled) -> bool:
    """True when a plan has the same window for the same item, be its start yet to come or not."""
    return any(_window_of(other) == _window_of(row) for other in shown.coming)


def _window_of(row: Scheduled) -> tuple[object, ...]:
    return (*scheduled_item(row), row.window, row.status, row.skips_approval)


def takes_end_back(shown: ShownContact, row: Scheduled) -> bool:
    """True when a plan shows that the same tag will not end any more."""
    ends = (other for other in shown.rows if other.taken_back and other.action is Action.REMOVE)
    return any(scheduled_item(other) == scheduled_item(row) for other in ends)
