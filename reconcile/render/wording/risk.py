"""How risky a change is: what a reviewer must see first."""

from enum import StrEnum

from reconcile.model.facets import Facet
from reconcile.model.plan import Change, ChangeAction, Plan


class Risk(StrEnum):
    """The groups of a plan's changes, riskiest first; the words are their titles."""

    LOSING = "Losing access"
    BYPASSING = "Activated past approval"
    CREATED = "New contacts"
    GAINING = "Gaining roles"
    CHANGED = "Roles changed"
    OTHER = "Tags and fields only"

    @property
    def having(self) -> str:
        """The group's contacts in a sentence: ``3 contacts losing access``."""
        return {
            Risk.LOSING: "losing access",
            Risk.BYPASSING: "activated past approval",
            Risk.CREATED: "to be created",
            Risk.GAINING: "gaining roles",
            Risk.CHANGED: "with a role changed",
            Risk.OTHER: "with tags and fields only",
        }[self]


def risk_of(change: Change) -> Risk:
    """The riskiest of what happens to a contact: a revocation counts before any grant."""
    roles = [operation for operation in change.operations if operation.facet is Facet.ROLES]
    if any(role.revokes for role in roles):
        return Risk.LOSING
    if any(role.bypasses_approval for role in roles):
        return Risk.BYPASSING
    if change.action is ChangeAction.CREATE:
        return Risk.CREATED
    if any(role.before is None for role in roles):
        return Risk.GAINING
    return Risk.CHANGED if roles else Risk.OTHER


def risk_groups(plan: Plan) -> dict[Risk, list[Change]]:
    """The changes by group, riskiest group first; groups without changes are left out."""
    groups: dict[Risk, list[Change]] = {risk: [] for risk in Risk}
    for change in plan.changes:
        groups[risk_of(change)].append(change)
    return {risk: changes for risk, changes in groups.items() if changes}
