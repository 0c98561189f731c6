"""The plan: every declared contact beside its live one, as of one instant, for one account."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconcile.model.contact import Contact, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.plan import Change, Plan, PlanContext

from .contact_plan import ContactPlan, plan_contact
from .digest import config_digest, declarations_digest, plan_digest
from .guards import UNKNOWN_FACTS, AccountFacts, GuardInput, evaluate
from .matching import Matches
from .timeline import next_boundary


def make_plan(
    resolution: Matches, live: Mapping[str, Contact], scene: PlanContext, census: AccountFacts = UNKNOWN_FACTS
) -> Plan:
    """The plan for all resolved declarations. ``live`` holds each matched contact by its id.

    The order of declarations and of live contacts changes nothing in it.
    """
    drafts = sorted(_contact_plans(resolution, live, scene), key=_order)
    changes = tuple(change for change in (entry.change() for entry in drafts) if change is not None)
    declarations = resolution.declarations
    # To undo a run that touched nothing any more is no sign of lost files.
    declared = len(declarations) or int(scene.revert is not None)
    plan = Plan(
        tool_version=scene.tool_version,
        target=scene.target,
        account=scene.account,
        as_of=scene.now,
        valid_until=next_boundary(declarations, scene.now),
        timezone=scene.policy.timezone,
        config_digest=config_digest(scene.policy, scene.account),
        declarations_digest=declarations_digest(declarations),
        changes=changes,
        unchanged=sum(not entry.changes for entry in drafts),
        notes=(*_unseen_notes(resolution.unseen), *_notes(drafts)),
        guards=evaluate(GuardInput(drafts, declared, scene.policy, census, scene.now)),
        revert=scene.revert,
    )
    return replace(plan, digest=plan_digest(plan))


def replan_contact(declaration: Declaration, live: Contact, scene: PlanContext) -> Change | None:
    """The change of one contact, made anew from a fresh read; None also where something is ``unreadable``."""
    return plan_contact(declaration, live, scene.policy, scene.now).change()


def unreadable(declaration: Declaration, live: Contact, scene: PlanContext) -> tuple[str, ...]:
    """What a write of this contact would have to guess, because the API did not tell it."""
    return plan_contact(declaration, live, scene.policy, scene.now).unreadable


def _contact_plans(
    resolution: Matches, live: Mapping[str, Contact], scene: PlanContext
) -> Iterator[ContactPlan]:
    for declaration, identity in resolution.matched:
        yield plan_contact(declaration, live[identity.id], scene.policy, scene.now)
    for declaration in resolution.to_create:
        yield plan_contact(declaration, None, scene.policy, scene.now)


def _order(entry: ContactPlan) -> tuple[str, str, str]:
    who = entry.identity
    return email_key(who.email), who.reference or "", who.id


def _unseen_notes(unseen: Iterable[Declaration]) -> list[str]:
    labels = sorted(declaration.label for declaration in unseen)
    return [f"{label}: not found in a listing that is not whole" for label in labels]


def _notes(drafts: Sequence[ContactPlan]) -> Iterator[str]:
    """What a reader should know although it is no operation."""
    for entry in drafts:
        for grant in entry.folded.target.roles or ():
            if grant.readable and grant.status not in {"active", "pending", "default"}:
                yield f"{entry.label}: role {grant.reference} is '{grant.status}' and is left so"
