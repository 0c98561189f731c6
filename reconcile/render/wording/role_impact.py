"""How far a plan reaches: for each role, how many contacts hold it before and after."""

from collections import Counter
from dataclasses import dataclass

from reconcile.model.facets import Facet
from reconcile.model.plan import Change, Operation, Plan


@dataclass(frozen=True, slots=True)
class RoleImpact:
    """One role among the contacts that the plan changes: it does not know who else holds it."""

    role: str
    kept: int
    gained: int
    lost: int

    @property
    def before(self) -> int:
        """Holders among the plan's contacts as they are now."""
        return self.kept + self.lost

    @property
    def after(self) -> int:
        """Holders among the plan's contacts once it is applied."""
        return self.kept + self.gained


def role_impacts(plan: Plan) -> list[RoleImpact]:
    """The roles that somebody gains or loses, those with most losses first, then with most gains."""
    kept, gained, lost = Counter[str](), Counter[str](), Counter[str]()
    for change in plan.changes:
        kept.update(_kept_roles(change))
        for operation in change.operations:
            _count(operation, kept, gained, lost)
    impacts = [RoleImpact(role, kept[role], gained[role], lost[role]) for role in {*gained, *lost}]
    return sorted(impacts, key=lambda impact: (-impact.lost, -impact.gained, impact.role))


def _kept_roles(change: Change) -> list[str]:
    return [kept.item for kept in change.kept if kept.facet is Facet.ROLES]


def _count(operation: Operation, kept: Counter[str], gained: Counter[str], lost: Counter[str]) -> None:
    if operation.facet is not Facet.ROLES:
        return
    if operation.before is None:
        gained[operation.item] += 1
    elif operation.after is None:
        lost[operation.item] += 1
    else:
        kept[operation.item] += 1
