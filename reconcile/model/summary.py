"""The counts of a plan: how many contacts, and how much access."""

from collections import Counter
from dataclasses import dataclass

from .facets import Facet
from .plan import Action, ChangeAction, Plan


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of contacts and of operations by kind. ``roles_activated`` are changes past an approval."""

    contacts_created: int = 0
    contacts_updated: int = 0
    contacts_unchanged: int = 0
    contacts_losing_access: int = 0
    roles_granted: int = 0
    roles_revoked: int = 0
    roles_changed: int = 0
    roles_activated: int = 0
    tags_added: int = 0
    tags_removed: int = 0
    fields_changed: int = 0


_NAMES = {
    (Facet.ROLES, Action.ADD): "roles_granted",
    (Facet.ROLES, Action.REMOVE): "roles_revoked",
    (Facet.ROLES, Action.CHANGE): "roles_changed",
    (Facet.TAGS, Action.ADD): "tags_added",
    (Facet.TAGS, Action.REMOVE): "tags_removed",
}


def summarise(plan: Plan) -> Summary:
    """Count what a plan would do."""
    counts: Counter[str] = Counter(contacts_unchanged=plan.unchanged)
    for change in plan.changes:
        created = change.action is ChangeAction.CREATE
        counts["contacts_created" if created else "contacts_updated"] += 1
        counts["contacts_losing_access"] += any(operation.revokes for operation in change.operations)
        for operation in change.operations:
            if operation.facet is not Facet.CONTACT:
                counts[_NAMES.get((operation.facet, operation.action), "fields_changed")] += 1
            counts["roles_activated"] += operation.bypasses_approval
    return Summary(**counts)
