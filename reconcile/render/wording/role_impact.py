"""How far a plan reaches: per role, how many contacts hold it before and after."""

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
        kept.update(_held(change))
        for step in change.operations:
            _sort(step, kept, gained, lost)
    found = [RoleImpact(role, kept[role], gained[role], lost[role]) for role in {*gained, *lost}]
    return sorted(found, key=lambda one: (-one.lost, -one.gained, one.role))


def _held(change: Change) -> list[str]:
    return [kept.item for kept in change.kept if kept.facet is Facet.ROLES]


def _sort(step: Operation, kept: Counter[str], gained: Counter[str], lost: Counter[str]) -> None:
    if step.facet is not Facet.ROLES:
        return
    if step.before is None:
        gained[step.item] += 1
    elif step.after is None:
        lost[step.item] += 1
    else:
        kept[step.item] += 1
