"""The plan: every declared contact beside its live one, as of one instant, for one account."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reconcile.model import Change, Contact, Declaration, Plan, Policy, email_key

from .boundaries import next_boundary
from .census import UNKNOWN, Census
from .digest import config_digest, declarations_digest, plan_digest
from .draft import Draft, draft
from .guards import Inquiry, judge
from .resolve import Resolution


@dataclass(frozen=True, slots=True)
class Scene:
    """What a plan is made for: the target and its account, the policy, the clock, the tool.

    ``revert`` names the run that is to be undone, if that is what the declarations say.
    """

    target: str
    account: str
    policy: Policy
    now: datetime
    tool_version: str
    revert: str | None = None


def make_plan(
    resolution: Resolution, live: Mapping[str, Contact], scene: Scene, census: Census = UNKNOWN
) -> Plan:
    """The plan for all resolved declarations. ``live`` holds each matched contact by its id.

    The order of declarations and of live contacts changes nothing in it.
    """
    drafts = sorted(_drafts(resolution, live, scene), key=_order)
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
        guards=judge(Inquiry(drafts, declared, scene.policy, census, scene.now)),
        revert=scene.revert,
    )
    return replace(plan, digest=plan_digest(plan))


def plan_change(declaration: Declaration, live: Contact, scene: Scene) -> Change | None:
    """The change of one contact, made anew from a fresh read; None also where something is ``unreadable``."""
    return draft(declaration, live, scene.policy, scene.now).change()


def unreadable(declaration: Declaration, live: Contact, scene: Scene) -> tuple[str, ...]:
    """What a write of this contact would have to guess, because the API did not tell it."""
    return draft(declaration, live, scene.policy, scene.now).unreadable


def _drafts(resolution: Resolution, live: Mapping[str, Contact], scene: Scene) -> Iterator[Draft]:
    for declaration, identity in resolution.matched:
        yield draft(declaration, live[identity.id], scene.policy, scene.now)
    for declaration in resolution.to_create:
        yield draft(declaration, None, scene.policy, scene.now)


def _order(entry: Draft) -> tuple[str, str, str]:
    who = entry.identity
    return email_key(who.email), who.reference or "", who.id


def _unseen_notes(unseen: Iterable[Declaration]) -> list[str]:
    labels = sorted(declaration.label for declaration in unseen)
    return [f"{label}: not found in a listing that is not whole" for label in labels]


def _notes(drafts: Sequence[Draft]) -> Iterator[str]:
    """What a reader should know although it is no operation."""
    for entry in drafts:
        for grant in entry.folded.target.roles or ():
            if grant.readable and grant.status not in {"active", "pending", "default"}:
                yield f"{entry.label}: role {grant.reference} is '{grant.status}' and is left so"
