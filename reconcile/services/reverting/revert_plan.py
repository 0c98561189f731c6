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
from reconcile.journal.losses import loss_lines, open_roles
from reconcile.journal.run_changes import ContactChanges, Reversal, reversal_of, run_changes
from reconcile.model.contact import Contact, Fields, Grant, Item, State, in_force, item_name
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem, DeclaredTag, Mode
from reconcile.model.facets import SETS, Facet, item_key
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.problem import Place
from reconcile.plan.fold import ignore_pattern
from reconcile.services.accounts import check_clock, open_reader, warn_of_clock
from reconcile.services.caller import Console
from reconcile.services.planning.fresh_plan import make_fresh_plan
from reconcile.services.project import Project, find_run

from .still_declared import still_declared_notes

_MODES = tuple((facet, Mode.AUTHORITATIVE) for facet in SETS)
"""The declarations name everything that a contact should hold, so the configured mode must not matter."""


@dataclass(frozen=True, slots=True)
class RevertPlan:
    """The declarations that undo a run, and notes on what of it they do not undo.

    ``unplanned`` are the ids of contacts that are gone, or somebody else by now: nothing is planned for them.
    ``renamed`` are those of them that are still there.
    """

    declarations: tuple[Declaration, ...]
    notes: tuple[str, ...]
    unplanned: frozenset[str]
    renamed: frozenset[str] = frozenset()


def plan_revert(project: Project, run: str, console: Console) -> Plan:
    """The plan that undoes the run of that name; its notes say what of the run it does not undo."""
    journaled = find_run(project, run)
    with console.progress() as progress, open_reader(project, console) as account:
        link = account.connection
        context = project.plan_context(link.account, link.capabilities, journaled.name)
        revert = undo_run(journaled, account, context)
        past = run_history(project.journals, context.account)
        fresh = make_fresh_plan(revert.declarations, account, context, past=past, progress=progress)
        warn_of_clock(check_clock(project, account, past), console)
    again = still_declared_notes(project, fresh.plan, journaled, fresh.context)
    return replace(fresh.plan, notes=(*again, *fresh.plan.notes, *revert.notes))


def declarations_of_approved_revert(
    project: Project, approved: Plan, account: Reader, console: Console
) -> tuple[Declaration, ...]:
    """The declarations that undo the run of an approved plan; what they do not undo is noted.

    Refusal: a contact of the approved plan is gone, or is somebody else by now; or one that lost roles in the
    run can't be given them back, so that the run would pass for undone.
    """
    run = approved.revert or ""
    context = project.plan_context(account.connection.account, account.connection.capabilities, run)
    journaled = find_run(project, run)
    revert = undo_run(journaled, account, context)
    _refuse_half_an_undoing(journaled, revert)
    missed = {change.label for change in approved.changes if change.contact.id in revert.unplanned}
    reasons = tuple(f"{label}: it is gone or has another e-mail or reference" for label in sorted(missed))
    refuse_if(reasons, "the approved plan no longer fits; nothing was written; revert and review again")
    for note in revert.notes:
        console.note(f"Note: {note}")
    return revert.declarations


def _refuse_half_an_undoing(run: JournaledRun, revert: RevertPlan) -> None:
    left = {contact: roles for contact, roles in open_roles(run).items() if contact in revert.renamed}
    refuse_if(
        tuple(loss_lines(left)),
        "this would not give back what nobody asked to take, since the contact has another type, e-mail or "
        "reference by now; nothing was written; give it back by hand, then call 'reconcile apply "
        f"--acknowledge {run.name}', and apply this for all others",
    )


def undo_run(journaled: JournaledRun, account: Reader, context: PlanContext) -> RevertPlan:
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
        unplanned=frozenset(contact for revert in reverts for contact in revert.unplanned),
        renamed=frozenset(contact for revert in reverts for contact in revert.renamed),
    )


def _revert_contact(changes: ContactChanges, account: Reader, context: PlanContext) -> Iterator[RevertPlan]:
    """One contact's part; nothing when a write in doubt turns out not to have taken effect."""
    if changes.contact is None:
        yield _left_alone(changes, WITHOUT_ID)
        return
    live = _live(changes.contact, account)
    if live is None:
        yield _left_alone(changes, "the contact is gone: there is nothing to take back")
        return
    effective = changes.seen(live, context.now)
    if effective is not None and effective.is_of(live.identity):
        reversal = reversal_of(effective, live, context.policy, context.now)
        declaration = _declaration_of_before(effective, reversal, live, context)
        yield RevertPlan((declaration,), reversal.notes, frozenset())
    elif effective is not None:
        note = "it has another type, e-mail or reference since the run, and is left alone"
        left = _left_alone(effective, note)
        yield replace(left, renamed=left.unplanned)


def _live(contact: str, account: Reader) -> Contact | None:
    """The contact as it is now; None when it is gone."""
    try:
        return account.contact(contact)
    except NotFound:
        return None


WITHOUT_ID = (
    "it was to be created, and the answer was lost: it may exist, and what it got can't be taken back "
    "here, since nothing proves which contact it is; look for a contact with that address, made when the run "
    "began, and declare what it should hold"
)


def _left_alone(changes: ContactChanges, note: str) -> RevertPlan:
    unplanned = frozenset({changes.contact} if changes.contact else ())
    return RevertPlan((), (f"{changes.label}: {note}",), unplanned)


def _declaration_of_before(
    changes: ContactChanges, reversal: Reversal, live: Contact, context: PlanContext
) -> Declaration:
    """What the contact should hold. It is matched by its id; its e-mail and reference are checked."""
    before = changes.before.state if changes.before else None
    declaration = Declaration(
        place=changes.place,
        id=changes.contact,
        email=live.identity.email or None,
        reference=live.identity.reference,
        profile=_fields(reversal.of(Facet.PROFILE), before.profile) if before else None,
        address=_fields(reversal.of(Facet.ADDRESS), before.address) if before else None,
        modes=_MODES,
    )
    touched = [facet for facet in SETS if reversal.of(facet)]
    return declaration.with_sets({facet: _set(facet, changes, reversal, live, context) for facet in touched})


def _set(
    facet: Facet, changes: ContactChanges, reversal: Reversal, live: Contact, context: PlanContext
) -> tuple[DeclaredItem, ...]:
    """The live items that the run did not touch, and the touched ones as they were, if not lapsed since."""
    touched, before = reversal.of(facet), changes.before.state if changes.before else State()
    live_by_key, before_by_key = _by_key(facet, live.state), _by_key(facet, before)
    items = {key: item for key, item in live_by_key.items() if key not in touched}
    items |= {
        key: item for key, item in before_by_key.items() if key in touched and in_force(item, context.now)
    }
    managed = [
        item
        for key, item in items.items()
        if key in touched or not ignore_pattern(facet, key, context.policy)
    ]
    return tuple(_declared(facet, item, changes.place) for item in sorted(managed, key=item_name))


def _by_key(facet: Facet, state: State) -> dict[str, Item]:
    return {item_key(facet, item_name(item)): item for item in state.items(facet)}


def _declared(facet: Facet, item: Item, place: Place) -> DeclaredItem:
    if not isinstance(item, Grant):
        return DeclaredTag(item, place, facet=facet)
    status = item.status if item.active else None
    return DeclaredGrant(item.reference, place, status, Window(expires=item.expires))


def _fields(touched: frozenset[str], before: Fields | None) -> Fields | None:
    return {name: (before or {}).get(name) for name in sorted(touched)} if touched else None
