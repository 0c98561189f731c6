"""Undo a run: declarations that lead back to its before-images, for a plan like any other.

Only what the run itself touched goes back to what it was. All else that a contact holds stays, whoever gave
it, and what has lapsed meanwhile does not come back. What can't be taken back is named, never left out in
silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.clock import Window
from reconcile.errors import NotFound, Refusal, UsageError, refuse_if
from reconcile.evance.reader import Reader
from reconcile.journal.record import JournaledRun
from reconcile.journal.run_changes import ContactChanges, Reversal, reversal_of, run_changes
from reconcile.model.contact import Contact, Fields, Grant
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag, Mode
from reconcile.model.facets import Facet, tag_key
from reconcile.model.plan import Plan, PlanContext
from reconcile.model.problem import Place
from reconcile.model.settings import Policy
from reconcile.plan.fold import ignored_role, ignored_tag

_MODES = ((Facet.ROLES, Mode.AUTHORITATIVE), (Facet.TAGS, Mode.AUTHORITATIVE))
"""The declarations name all that a contact is to hold, so they hold whatever mode is configured."""


@dataclass(frozen=True, slots=True)
class RevertPlan:
    """The declarations that undo a run, and in words what of it they do not.

    ``lost`` are the ids of contacts that are gone, or somebody else's by now: nothing is planned for them.
    """

    declarations: tuple[Declaration, ...]
    notes: tuple[str, ...]
    lost: frozenset[str]


def plan_revert(record: JournaledRun, account: Reader, scene: PlanContext) -> RevertPlan:
    """What undoes a run on the account as it is now; the contacts are only read.

    UsageError: the run wrote nothing. Refusal: it was for another account, where ids mean other people.
    """
    if record.begun and record.account != scene.account:
        raise Refusal(
            f"run {record.run} was for the account {record.account}, this is {scene.account}: "
            "choose the target that it was for"
        )
    found = [undone for deed in run_changes(record) for undone in _revert_contact(deed, account, scene)]
    if not found:
        raise UsageError(f"run {record.run} wrote nothing, so there is nothing to revert")
    return RevertPlan(
        declarations=tuple(declaration for one in found for declaration in one.declarations),
        notes=tuple(note for one in found for note in one.notes),
        lost=frozenset(contact for one in found for contact in one.lost),
    )


def refuse_lost(undone: RevertPlan, approved: Plan) -> None:
    """Raise Refusal when a contact of the approved plan is gone, or somebody else's by now."""
    missed = {change.label for change in approved.changes if change.contact.id in undone.lost}
    reasons = tuple(f"{label}: it is gone or has another e-mail or reference" for label in sorted(missed))
    refuse_if(reasons, "the approved plan no longer fits; nothing was written; revert and review again")


def _revert_contact(deed: ContactChanges, account: Reader, scene: PlanContext) -> Iterator[RevertPlan]:
    """One contact's part of it; nothing when a write in doubt turns out not to have taken effect."""
    if deed.contact is None:
        yield _unknown(deed)
        return
    live = _live(deed.contact, account)
    if live is None:
        yield _lost(deed, "the contact is gone: there is nothing to take back")
        return
    left = deed.seen(live)
    if left is not None and left.is_of(live.identity):
        undo = reversal_of(left, live, scene.policy, scene.now)
        yield RevertPlan((_declaration(left, undo, live, scene),), undo.notes, frozenset())
    elif left is not None:
        yield _lost(left, "it has another type, e-mail or reference since the run, and is left alone")


def _live(contact: str, account: Reader) -> Contact | None:
    """The contact as it is now; None when it is gone."""
    try:
        return account.contact(contact)
    except NotFound:
        return None


def _unknown(deed: ContactChanges) -> RevertPlan:
    told = (
        "it was to be created, and the answer was lost: it may exist, and what it got can't be taken back "
        "here; look for a contact with that address, made when the run began, and declare what it should hold"
    )
    return RevertPlan((), (f"{deed.label}: {told}",), frozenset())


def _lost(deed: ContactChanges, told: str) -> RevertPlan:
    return RevertPlan((), (f"{deed.label}: {told}",), frozenset({deed.contact or ""}))


def _declaration(deed: ContactChanges, undo: Reversal, live: Contact, scene: PlanContext) -> Declaration:
    """What the contact should hold. Its e-mail and reference are checked beside the id."""
    before = deed.before.state if deed.before else None
    return Declaration(
        place=deed.place,
        id=deed.contact,
        email=live.identity.email or None,
        reference=live.identity.reference,
        roles=_roles(deed, undo, live, scene) if undo.of(Facet.ROLES) else None,
        tags=_tags(deed, undo, live, scene.policy) if undo.of(Facet.TAGS) else None,
        profile=_fields(undo.of(Facet.PROFILE), before.profile) if before else None,
        address=_fields(undo.of(Facet.ADDRESS), before.address) if before else None,
        modes=_MODES,
    )


def _roles(
    deed: ContactChanges, undo: Reversal, live: Contact, scene: PlanContext
) -> tuple[DeclaredGrant, ...]:
    """The live roles that the run did not touch, and the touched ones as they were, if not lapsed since."""
    touched = undo.of(Facet.ROLES)
    before = (deed.before.state.roles if deed.before else None) or ()
    wanted = [grant for grant in live.state.roles or () if grant.reference not in touched]
    wanted += [grant for grant in before if grant.reference in touched and grant.held(scene.now)]
    kept = (grant for grant in wanted if not ignored_role(grant.reference, scene.policy))
    return tuple(_declared(grant, deed.place) for grant in sorted(kept))


def _declared(grant: Grant, place: Place) -> DeclaredGrant:
    status = grant.status if grant.active else None
    return DeclaredGrant(grant.reference, place, status, Window(expires=grant.expires))


def _tags(deed: ContactChanges, undo: Reversal, live: Contact, policy: Policy) -> tuple[DeclaredTag, ...]:
    touched = undo.of(Facet.TAGS)
    before = (deed.before.state.tags if deed.before else None) or ()
    wanted = {tag_key(tag): tag for tag in live.state.tags or () if tag_key(tag) not in touched}
    wanted |= {tag_key(tag): tag for tag in before if tag_key(tag) in touched}
    return tuple(DeclaredTag(tag, deed.place) for tag in wanted.values() if not ignored_tag(tag, policy))


def _fields(touched: frozenset[str], before: Fields | None) -> Fields | None:
    return {name: (before or {}).get(name) for name in sorted(touched)} if touched else None
