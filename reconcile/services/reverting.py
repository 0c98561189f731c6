"""Undoes a run: declarations that lead back to its before-images, for a plan like any other.

Only what the run itself touched goes back to what it was. Everything else that a contact holds stays, whoever
gave it, and what has lapsed since does not come back. What can't be taken back is named, never left out in
silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconcile.clock import Window
from reconcile.errors import NotFound, Refusal, UsageError, refuse_if
from reconcile.evance.reader import Reader
from reconcile.journal.history import run_history
from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.run_changes import ContactChanges, Reversal, reversal_of, run_changes
from reconcile.model.contact import Contact, Fields, Grant
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag, Mode
from reconcile.model.facets import Facet, tag_key
from reconcile.model.plan import Plan, PlanContext
from reconcile.model.problem import Place
from reconcile.model.settings import Policy
from reconcile.plan.fold import ignore_pattern

from .accounts import open_reader
from .caller import Console
from .planning import make_fresh_plan
from .project import Project, find_run

_MODES = ((Facet.ROLES, Mode.AUTHORITATIVE), (Facet.TAGS, Mode.AUTHORITATIVE))
"""The declarations name everything that a contact should hold, so the configured mode must not matter."""


@dataclass(frozen=True, slots=True)
class RevertPlan:
    """The declarations that undo a run, and notes on what of it they do not undo.

    ``lost`` are the ids of contacts that are gone, or somebody else by now: nothing is planned for them.
    """

    declarations: tuple[Declaration, ...]
    notes: tuple[str, ...]
    lost: frozenset[str]


def plan_revert_of(project: Project, run: str, console: Console) -> Plan:
    """The plan that undoes the run of that name; its notes say what of the run it does not undo."""
    journaled = find_run(project, run)
    with console.progress() as progress, open_reader(project, console) as account:
        context = project.plan_context(account.connection.account, journaled.name)
        revert = plan_revert(journaled, account, context)
        past = run_history(project.journals, context.account)
        fresh = make_fresh_plan(revert.declarations, account, context, past=past, progress=progress)
    return replace(fresh.plan, notes=(*fresh.plan.notes, *revert.notes))


def declarations_undoing(
    project: Project, approved: Plan, account: Reader, console: Console
) -> tuple[Declaration, ...]:
    """The declarations that undo the run of an approved plan; what they do not undo is noted."""
    run = approved.revert or ""
    context = project.plan_context(account.connection.account, run)
    revert = plan_revert(find_run(project, run), account, context)
    _refuse_lost(revert, approved)
    for note in revert.notes:
        console.note(f"Note: {note}")
    return revert.declarations


def plan_revert(journaled: JournaledRun, account: Reader, context: PlanContext) -> RevertPlan:
    """What undoes a run on the account as it is now; the contacts are only read.

    UsageError: the run wrote nothing. Refusal: it was for another account, where ids name other people.
    """
    if journaled.begun and journaled.account != context.account:
        raise Refusal(
            f"run {journaled.name} was for the account {journaled.account}, this is {context.account}: "
            "choose the target that it was for"
        )
    reverts = [
        revert for changes in run_changes(journaled) for revert in _revert_contact(changes, account, context)
    ]
    if not reverts:
        raise UsageError(f"run {journaled.name} wrote nothing, so there is nothing to revert")
    return RevertPlan(
        declarations=tuple(declaration for revert in reverts for declaration in revert.declarations),
        notes=tuple(note for revert in reverts for note in revert.notes),
        lost=frozenset(contact for revert in reverts for contact in revert.lost),
    )


def _refuse_lost(revert: RevertPlan, approved: Plan) -> None:
    """Raise Refusal when a contact of the approved plan is gone, or is somebody else by now."""
    missed = {change.label for change in approved.changes if change.contact.id in revert.lost}
    reasons = tuple(f"{label}: it is gone or has another e-mail or reference" for label in sorted(missed))
    refuse_if(reasons, "the approved plan no longer fits; nothing was written; revert and review again")


def _revert_contact(changes: ContactChanges, account: Reader, context: PlanContext) -> Iterator[RevertPlan]:
    """One contact's part; nothing when a write in doubt turns out not to have taken effect."""
    if changes.contact is None:
        yield _without_id(changes)
        return
    live = _live(changes.contact, account)
    if live is None:
        yield _left_alone(changes, "the contact is gone: there is nothing to take back")
        return
    effective = changes.seen(live)
    if effective is not None and effective.is_of(live.identity):
        reversal = reversal_of(effective, live, context.policy, context.now)
        declaration = _declaration(effective, reversal, live, context)
        yield RevertPlan((declaration,), reversal.notes, frozenset())
    elif effective is not None:
        yield _left_alone(
            effective, "it has another type, e-mail or reference since the run, and is left alone"
        )


def _live(contact: str, account: Reader) -> Contact | None:
    """The contact as it is now; None when it is gone."""
    try:
        return account.contact(contact)
    except NotFound:
        return None


def _without_id(changes: ContactChanges) -> RevertPlan:
    note = (
        "it was to be created, and the answer was lost: it may exist, and what it got can't be taken back "
        "here; look for a contact with that address, made when the run began, and declare what it should hold"
    )
    return RevertPlan((), (f"{changes.label}: {note}",), frozenset())


def _left_alone(changes: ContactChanges, note: str) -> RevertPlan:
    return RevertPlan((), (f"{changes.label}: {note}",), frozenset({changes.contact or ""}))


def _declaration(
    changes: ContactChanges, reversal: Reversal, live: Contact, context: PlanContext
) -> Declaration:
    """What the contact should hold. It is matched by its id; its e-mail and reference are checked."""
    before = changes.before.state if changes.before else None
    return Declaration(
        place=changes.place,
        id=changes.contact,
        email=live.identity.email or None,
        reference=live.identity.reference,
        roles=_roles(changes, reversal, live, context) if reversal.of(Facet.ROLES) else None,
        tags=_tags(changes, reversal, live, context.policy) if reversal.of(Facet.TAGS) else None,
        profile=_fields(reversal.of(Facet.PROFILE), before.profile) if before else None,
        address=_fields(reversal.of(Facet.ADDRESS), before.address) if before else None,
        modes=_MODES,
    )


def _roles(
    changes: ContactChanges, reversal: Reversal, live: Contact, context: PlanContext
) -> tuple[DeclaredGrant, ...]:
    """The live roles that the run did not touch, and the touched ones as they were, if not lapsed since."""
    touched = reversal.of(Facet.ROLES)
    before = (changes.before.state.roles if changes.before else None) or ()
    grants = [grant for grant in live.state.roles or () if grant.reference not in touched]
    grants += [grant for grant in before if grant.reference in touched and grant.held(context.now)]
    managed = (grant for grant in grants if not ignore_pattern(Facet.ROLES, grant.reference, context.policy))
    return tuple(_declared(grant, changes.place) for grant in sorted(managed))


def _declared(grant: Grant, place: Place) -> DeclaredGrant:
    status = grant.status if grant.active else None
    return DeclaredGrant(grant.reference, place, status, Window(expires=grant.expires))


def _tags(
    changes: ContactChanges, reversal: Reversal, live: Contact, policy: Policy
) -> tuple[DeclaredTag, ...]:
    touched = reversal.of(Facet.TAGS)
    before = (changes.before.state.tags if changes.before else None) or ()
    tags = {tag_key(tag): tag for tag in live.state.tags or () if tag_key(tag) not in touched}
    tags |= {tag_key(tag): tag for tag in before if tag_key(tag) in touched}
    managed = (tag for tag in tags.values() if not ignore_pattern(Facet.TAGS, tag, policy))
    return tuple(DeclaredTag(tag, changes.place) for tag in managed)


def _fields(touched: frozenset[str], before: Fields | None) -> Fields | None:
    return {name: (before or {}).get(name) for name in sorted(touched)} if touched else None
