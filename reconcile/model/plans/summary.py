"""The counts of a plan: contacts by what happens to them, operations by kind."""

from collections import Counter
from dataclasses import dataclass, fields

from reconcile.model.baseline import NoLonger
from reconcile.model.facets import FACETS, Facet

from .change import ChangeAction
from .operation import Action, Operation
from .plan import Plan


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of contacts and of operations by kind. ``roles_activated`` are grants past an approval.

    ``scheduled`` are items that the clock will give or take, where somebody has to look at that.
    """

    contacts_created: int = 0
    contacts_updated: int = 0
    contacts_unchanged: int = 0
    contacts_set_aside: int = 0
    contacts_losing_access: int = 0
    contacts_undeclared: int = 0
    roles_granted: int = 0
    roles_revoked: int = 0
    roles_changed: int = 0
    roles_activated: int = 0
    tags_added: int = 0
    tags_removed: int = 0
    fields_changed: int = 0
    scheduled: int = 0
    taken_back: int = 0
    withheld: int = 0


_COUNTS = {field.name for field in fields(Summary)}


def summarise(plan: Plan) -> Summary:
    """Count what a plan would do."""
    counts: Counter[str] = Counter(
        contacts_unchanged=plan.unchanged,
        contacts_set_aside=len(plan.set_aside),
        contacts_undeclared=len({row.contact for row in plan.undeclared if row.what is NoLonger.CONTACT}),
        scheduled=sum(row.coming for row in plan.scheduled),
        taken_back=sum(row.taken_back for row in plan.scheduled),
        withheld=len(plan.withheld),
    )
    for change in plan.changes:
        created = change.action is ChangeAction.CREATE
        counts["contacts_created" if created else "contacts_updated"] += 1
        counts["contacts_losing_access"] += any(operation.revokes for operation in change.operations)
        for operation in change.operations:
            if operation.facet is not Facet.CONTACT:
                counts[_count_of(operation)] += 1
            counts["roles_activated"] += operation.bypasses_approval
    return Summary(**counts)


def _count_of(operation: Operation) -> str:
    """The count that an operation belongs to: ``roles_granted``, ``tags_removed``, ``fields_changed``."""
    spec = FACETS[operation.facet]
    words = {Action.ADD: spec.added, Action.REMOVE: spec.removed, Action.CHANGE: "changed"}
    name = f"{spec.facet.value}_{words[operation.action]}"
    return name if name in _COUNTS else "fields_changed"
