"""Whether a plan right after an import would be empty, against the very same readings of the account."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from reconcile.declare.loader import LoadedDeclarations
from reconcile.plan.contact_plan import ContactPlan
from reconcile.plan.matching.matches import unknown_roles
from reconcile.plan.planner import plan_contacts

from .snapshot import AccountSnapshot


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """What a plan would say. ``faults`` are why it is not empty, by the ids of the imported contacts.

    ``differing`` counts the other contacts that differ, of those whose state is known.
    """

    faults: Mapping[str, str]
    differing: int = 0


def check_plan(
    loaded: LoadedDeclarations, imported: Collection[str], snapshot: AccountSnapshot
) -> CheckedPlan:
    """Plan the declarations for the contacts that were read.

    ``imported`` are the ids of those that the import is about.
    """
    live = {contact.identity.id: contact for contact in snapshot.meant}
    claims = snapshot.claims(loaded.declarations)
    pairs = tuple(pair for pair in claims.matches.matched if pair[1].id in live)
    matches = replace(claims.matches, matched=pairs, to_create=())
    plans = {plan.identity.id: plan for plan in plan_contacts(matches, live, snapshot.context)}
    faults: dict[str, str] = {}
    for contact in sorted(imported):
        plan, identity = plans.get(contact), live[contact].identity
        fault = _fault(plan, snapshot) if plan else claims.doubt(identity) or "no entry finds it"
        faults |= {contact: fault} if fault else {}
    return CheckedPlan(faults, sum(plan.changes for id_, plan in plans.items() if id_ not in imported))


def _fault(plan: ContactPlan, snapshot: AccountSnapshot) -> str:
    """Why the plan of a contact is not empty; empty when it is."""
    unknown = unknown_roles([plan.declaration], snapshot.roles)
    if unknown:
        return unknown[0].message
    if plan.set_aside_reason:
        return plan.set_aside_reason
    steps = [f"{step.action} {step.facet} {step.item}" for step in plan.operations]
    return f"a plan would {', '.join(steps)}" if steps else ""
