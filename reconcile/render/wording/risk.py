"""Which changes a reviewer must see first, and how many holders each role gains and loses."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from reconcile.model.contact import BY_ROLE, Grant
from reconcile.model.facets import Facet
from reconcile.model.plans.change import ChangeAction
from reconcile.model.plans.entries import ContactEntry, contact_entries
from reconcile.model.plans.operation import Operation, Value
from reconcile.model.plans.plan import Plan


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
        kept.update(item.item for item in change.kept if _holds(item.value))
        for operation in change.operations:
            _count(operation, kept, gained, lost)
    impacts = [RoleImpact(role, kept[role], gained[role], lost[role]) for role in {*gained, *lost}]
    return sorted(impacts, key=lambda impact: (-impact.lost, -impact.gained, impact.role))


def _count(operation: Operation, kept: Counter[str], gained: Counter[str], lost: Counter[str]) -> None:
    if operation.facet is not Facet.ROLES:
        return
    before, after = _holds(operation.before), _holds(operation.after)
    counts = {(True, True): kept, (False, True): gained, (True, False): lost}
    if before or after:
        counts[before, after][operation.item] += 1


def _holds(value: Value) -> bool:
    """True for a grant that opens its role, or will where the role's own rules ask for nothing."""
    return isinstance(value, Grant) and (value.opens or value.status == BY_ROLE)


class Risk(StrEnum):
    """The groups of a plan's contacts, riskiest first; the words are their titles."""

    HANDED_OVER = "Another e-mail address or username"
    LOSING = "Losing access"
    BYPASSING = "Activated past approval"
    PRIVILEGED = "Privileged roles scheduled"
    CREATED = "New contacts"
    GAINING = "Gaining roles"
    CHANGED = "Roles changed"
    OTHER = "Tags and fields only"
    LATER = "Nothing now, but later"

    @property
    def having(self) -> str:
        """The group's contacts in a sentence: ``3 contacts losing access``."""
        return {
            Risk.HANDED_OVER: "with another e-mail address or username",
            Risk.LOSING: "losing access",
            Risk.BYPASSING: "activated past approval",
            Risk.PRIVILEGED: "with a privileged role scheduled",
            Risk.CREATED: "to be created",
            Risk.GAINING: "gaining roles",
            Risk.CHANGED: "with a role changed",
            Risk.OTHER: "with tags and fields only",
            Risk.LATER: "with nothing but schedules",
        }[self]


_APPLIES: dict[Risk, Callable[[ContactEntry], bool]] = {
    Risk.HANDED_OVER: lambda entry: bool(entry.change and entry.change.handovers),
    Risk.LOSING: lambda entry: any(step.revokes for step in entry.operations),
    Risk.BYPASSING: lambda entry: (
        any(step.bypasses_approval for step in entry.operations)
        or any(row.coming and row.skips_approval for row in entry.scheduled)
    ),
    Risk.PRIVILEGED: lambda entry: any(row.coming and row.privileged for row in entry.scheduled),
    Risk.CREATED: lambda entry: bool(entry.change and entry.change.action is ChangeAction.CREATE),
    Risk.GAINING: lambda entry: any(step.before is None for step in _roles(entry)),
    Risk.CHANGED: lambda entry: bool(_roles(entry)),
    Risk.OTHER: lambda entry: entry.change is not None,
    Risk.LATER: lambda _: True,
}


def risk_of(entry: ContactEntry) -> Risk:
    """The riskiest of what happens to a contact: another mailbox gets all its roles, then what is revoked.

    A privileged role that is scheduled is one that is granted, only later.
    """
    return next(risk for risk, applies in _APPLIES.items() if applies(entry))


def _roles(entry: ContactEntry) -> list[Operation]:
    return [step for step in entry.operations if step.facet is Facet.ROLES]


def risk_groups(plan: Plan) -> dict[Risk, list[ContactEntry]]:
    """The contacts by group, riskiest group first; groups without contacts are left out."""
    groups: dict[Risk, list[ContactEntry]] = {risk: [] for risk in Risk}
    for entry in contact_entries(plan):
        groups[risk_of(entry)].append(entry)
    return {risk: entries for risk, entries in groups.items() if entries}
