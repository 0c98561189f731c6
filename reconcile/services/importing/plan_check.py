"""Whether a plan right after an import would be empty, against the very same readings of the account."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from reconcile.declare.loader import LoadedDeclarations
from reconcile.model.contact import Identity
from reconcile.model.edits import WHOLE_CONTACT, Omission
from reconcile.plan.contact_plan import ContactPlan
from reconcile.plan.matching.matches import unknown_roles
from reconcile.plan.planner import plan_contacts

from .snapshot import AccountSnapshot

FAULT_OF_OURS = "declare it by hand, and please report this as a fault of reconcile"


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """What a plan would say. ``faults`` are why it is not empty for imported contacts, one for each of them.

    ``differing`` counts the other contacts that were read and differ. ``unsettled`` are other entries of
    which it is not sure whom they mean: a plan refuses them or sets them aside, each with its place.
    """

    faults: tuple[Omission, ...] = ()
    differing: int = 0
    unsettled: tuple[str, ...] = ()


EMPTY_PLAN = CheckedPlan()


def check_plan(
    loaded: LoadedDeclarations, imported: Iterable[Identity], snapshot: AccountSnapshot
) -> CheckedPlan:
    """Plan the declarations for the contacts that were read; ``imported`` are those that may not differ."""
    live = {contact.identity.id: contact for contact in snapshot.meant}
    claims = snapshot.claims(loaded.declarations)
    pairs = tuple(pair for pair in claims.matches.matched if pair[1].id in live)
    matches = replace(claims.matches, matched=pairs, to_create=())
    plans = {plan.identity.id: plan for plan in plan_contacts(matches, live, snapshot.context)}
    faults: list[Omission] = []
    for identity in sorted(imported):
        plan = plans.pop(identity.id, None)
        why = _settle_first(plan, snapshot) if plan else claims.doubt(identity)
        if why:
            faults.append(left_out(identity, why, "settle that, then import again"))
        elif plan is None or plan.changes:
            faults.append(left_out(identity, _difference(plan), FAULT_OF_OURS))
    differing = sum(plan.changes for plan in plans.values())
    return CheckedPlan(tuple(faults), differing, tuple(_unsettled(loaded, snapshot)))


def _unsettled(loaded: LoadedDeclarations, snapshot: AccountSnapshot) -> Iterator[str]:
    """Other entries of which it is not sure whom they mean, and why, each with its place."""
    meant = {contact.identity for contact in snapshot.meant}
    for doubt in snapshot.doubts(loaded.declarations):
        if doubt.identity not in meant:
            yield f"{doubt.declaration.place}: {doubt.reason}"


def left_out(identity: Identity, why: str, remedy: str) -> Omission:
    """A contact as one that is left out as a whole."""
    return Omission(identity, WHOLE_CONTACT, why, remedy)


def _settle_first(plan: ContactPlan, snapshot: AccountSnapshot) -> str:
    """Why a plan could not be made of a contact's entry, or would set it aside; empty where it could."""
    unknown = unknown_roles([plan.declaration], snapshot.roles)
    return unknown[0].message if unknown else plan.set_aside_reason


def _difference(plan: ContactPlan | None) -> str:
    if plan is None:
        return "no entry would find it"
    return "a plan would " + ", ".join(f"{step.action} {step.facet} {step.item}" for step in plan.operations)
