"""A fresh plan from the declarations and the live account: list, match, read, plan, search holders, judge."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from reconcile.collector import garbage_collector_off
from reconcile.errors import ChangedSinceListed, DeclarationError
from reconcile.evance.listing import Listing, no_progress
from reconcile.evance.reader import Reader
from reconcile.journal.history import NO_HISTORY, RunHistory
from reconcile.journal.record import PlannedEntry, planned_entries
from reconcile.model.baseline import EntryKey
from reconcile.model.contact import Contact, Role
from reconcile.model.declaration import Declaration
from reconcile.model.guards import GRANTING_ROLES, LOSING_HOURS
from reconcile.model.partial_fields import needs_of_all
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.plan.baseline.scope import (
    EVERYTHING,
    ScopeChoice,
    Selection,
    declaration_of,
    select,
    select_alone,
)
from reconcile.plan.baseline.undeclared import find_removed, undeclared_rows, with_remaining
from reconcile.plan.contact_plan import ContactPlan
from reconcile.plan.drift.causes import (
    carried_out_of,
    due_plan,
    waiting_for_others,
    with_boundary,
    without_waiting,
)
from reconcile.plan.guards.checks import loss_horizon, roles_without_holder
from reconcile.plan.guards.facts import AccountFacts, OtherHolders
from reconcile.plan.guards.idle_entries import idle_entries
from reconcile.plan.matching.claims import DeclarationIndex, match_in_scope
from reconcile.plan.matching.matches import Matches, match_declarations, unknown_roles
from reconcile.plan.planner import make_plan, plan_contacts
from reconcile.services.caller import Progress

from .earlier_readings import NO_READINGS, Contacts, EarlierReadings, take_earlier
from .look_ups import FoundContacts, LookUps
from .reading import UnreadContacts, read_contacts
from .role_holders import confirm_holders, read_left, recorded_holders, search_holders, undeclared_contacts

MOST_LISTINGS = 3
"""Maximum number of listings, then a contact that was changed since each of them is set aside."""


@dataclass(frozen=True, slots=True)
class FreshPlan:
    """A plan of the account as it is now, and how many contacts the account has, if it was listed.

    ``context`` is what the plan was made for, with what the account's roles ask for; ``idle_entries`` says
    which entries of the configuration guard nothing. ``planned`` is every declaration that the plan is about,
    of all those of the ``folder``. ``waiting`` are those that it leaves out, although they differ, since only
    what is due is wanted; None for a whole plan. ``live`` are the contacts that were read, by their ids, and
    ``roles`` the account's.
    """

    plan: Plan
    contacts: int | None
    context: PlanContext
    planned: tuple[PlannedEntry, ...]
    folder: tuple[Declaration, ...]
    idle_entries: tuple[str, ...] = ()
    waiting: frozenset[EntryKey] | None = None
    live: Mapping[str, Contact] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()


@garbage_collector_off()
def make_fresh_plan(  # noqa: PLR0913 - what a plan is made of, and three ways to make it
    declarations: Sequence[Declaration],
    account: Reader,
    context: PlanContext,
    *,
    past: RunHistory = NO_HISTORY,
    remembered: Remembered = NOTHING_REMEMBERED,
    progress: Progress = no_progress,
    thorough: bool = True,
    choice: ScopeChoice = EVERYTHING,
    earlier: EarlierReadings = NO_READINGS,
) -> FreshPlan:
    """Plan the declarations against the account as it is now, with regard to earlier runs.

    ``remembered`` says which contact each declaration was about; without it, names alone tell. ``thorough``:
    contacts that are not declared are read, too, in search of another holder of a role that would lose its
    last one. ``choice`` is what the plan is cut down to: then only the contacts of those declarations are
    looked for, unless it takes fewer requests to list the account. ``earlier`` are the contacts as earlier
    plans have read them, which a plan that writes nothing may take.

    Customers change their addresses and delete their accounts while others are read: then the account is
    listed again, since one of them must not keep all others from being planned.

    Raises DeclarationError with every declaration that finds no contact or more than one, and every role that
    the account does not have; ApiError when the account can't be read whole.
    """
    context = _compared(context, choice, remembered)
    selection = _selected(declarations, choice, context)
    context = replace(context, scope=selection.scope)
    planning = _Planning(selection, account, context, past, remembered, progress, thorough, earlier)
    for _ in range(MOST_LISTINGS - 1):
        with suppress(ChangedSinceListed):
            return planning.of_one_listing(listed_again=True)
    return planning.of_one_listing()


def _compared(context: PlanContext, choice: ScopeChoice, remembered: Remembered) -> PlanContext:
    """Without a base, what the last complete run remembers is what the declarations are compared with."""
    context = replace(context, remembered=remembered)
    if choice.base is not None:
        return replace(context, baseline=choice.base.baseline(context.account))
    if context.baseline is not None or context.revert or remembered.record is None:
        return context
    return replace(context, baseline=remembered.record.baseline())


def _selected(declarations: Sequence[Declaration], choice: ScopeChoice, context: PlanContext) -> Selection:
    """What the plan is about; the clock asks nothing of contacts without a boundary, so none is read."""
    remembered, policy = context.remembered, context.policy
    if not context.due:
        return select(declarations, choice, policy, context.baseline, remembered)
    due = with_boundary(declarations, remembered, policy, context.account, context.now)
    return select_alone(declarations, due)


@dataclass(frozen=True, slots=True)
class _Planning:
    """What a plan is made of, for as many listings as it takes; see `make_fresh_plan`."""

    selection: Selection
    account: Reader
    context: PlanContext
    past: RunHistory
    remembered: Remembered
    progress: Progress
    thorough: bool
    earlier: EarlierReadings

    def of_one_listing(self, roles: Sequence[Role] | None = None, *, listed_again: bool = False) -> FreshPlan:
        """The plan. ChangedSinceListed: a contact was changed after the list, which is ``listed_again``."""
        roles, found = roles or self.account.roles(), self._find()
        selection = with_remaining(self.selection, found.listing.identities, self.remembered)
        if selection is not self.selection:
            context = replace(self.context, scope=selection.scope)
            again = replace(self, selection=selection, context=context)
            return again.of_one_listing(roles, listed_again=listed_again)
        plan_with = partial(self._of_listing, found, roles, listed_again=listed_again)
        return take_earlier(self.earlier, self.account, found.listing, roles, plan_with)

    def _of_listing(
        self, found: FoundContacts, roles: Sequence[Role], taken: Contacts, *, listed_again: bool
    ) -> FreshPlan:
        """The plan, with those contacts that are ``taken`` from earlier readings."""
        context, listing = self.context.with_roles(roles), found.listing
        told = replace(listing, contacts={**listing.contacts, **taken}) if taken else listing
        matches = self._matches(listing, roles)
        unread = UnreadContacts(listed_again)
        live = read_contacts(matches.matched, self.account, told, self.progress, unread)
        matches = matches.without_unread(unread.reasons)
        contacts = plan_contacts(matches, live, context)
        planned = tuple(planned_entries(matches, contacts, context))
        waiting = self._waiting(contacts)
        contacts = contacts if waiting is None else without_waiting(contacts, waiting)
        removed = find_removed(
            self.selection.gone,
            self.selection.folder,
            listing.identities,
            self.remembered,
            odd_rows=listing.odd_rows,
        )
        left = read_left(removed.left, self.account, told)
        others = self._other_holders(found, left, live, contacts)
        facts = replace(self._facts(found, roles, contacts), other_holders=others)
        undeclared = undeclared_rows(removed, left, contacts, context)
        plan = make_plan(matches, contacts, context, facts, undeclared=undeclared, removed=removed)
        return FreshPlan(
            plan if waiting is None else self._due_plan(plan, contacts, waiting),
            facts.contacts,
            context,
            planned,
            self.selection.folder,
            facts.idle_entries,
            waiting,
            live=live,
            roles=tuple(roles),
        )

    def _facts(
        self, found: FoundContacts, roles: Sequence[Role], contacts: Sequence[ContactPlan]
    ) -> AccountFacts:
        """What the guards are told of the account, without other holders of roles."""
        listing, policy = found.listing, self.context.policy
        everybody = None if not found.whole or listing.gap or listing.odd_rows else listing.identities
        return replace(
            self._earlier_facts(),
            listed=found.whole,
            contacts=len(listing.identities) + len(listing.odd_rows) if found.whole else None,
            gap=listing.gap,
            idle_entries=idle_entries(policy, roles, everybody, contacts),
        )

    def _due_plan(self, plan: Plan, contacts: Sequence[ContactPlan], waiting: Collection[EntryKey]) -> Plan:
        """The plan of what is due alone; who waits for another run is not counted as unchanged."""
        alone = sum(contact.declaration.key in waiting for contact in contacts)
        plan = replace(plan, unchanged=plan.unchanged - alone)
        return due_plan(plan, self.selection.folder, len(waiting), self.remembered, self.context.policy)

    def _waiting(self, contacts: Sequence[ContactPlan]) -> frozenset[EntryKey] | None:
        """The declarations that only another run carries out; None where this one is about all of them.

        The guards do not judge them, so that a merge that was refused stops no window.
        """
        if not self.context.due:
            return None
        return waiting_for_others(contacts, self.remembered, self.context.policy, self.context.account)

    def _find(self) -> FoundContacts:
        """The live contacts that the plan may be about: all of them, or those that are looked up."""
        selection, needs = self.selection, needs_of_all(self.selection.declarations)
        if selection.scope is None:
            progress = partial(self.progress, "Listing contacts")
            return FoundContacts(self.account.listing(progress, needs=needs, versions=self.earlier.wanted))
        least = max(self.past.contacts_before or 0, len(selection.folder))
        look_ups = LookUps(self.account, self.remembered, least, self.progress, needs)
        return look_ups.find([*selection.declarations, *map(declaration_of, selection.gone)])

    def _matches(self, listing: Listing, roles: Sequence[Role]) -> Matches:
        """Which contact each declaration is about; DeclarationError with each one that is wrong."""
        declarations, identities = self.selection.declarations, listing.identities
        match = partial(
            match_declarations,
            complete=not listing.gap,
            odd_rows=listing.odd_rows,
            remembered=self.remembered,
            baseline=self.context.baseline,
        )
        if self.selection.scope is None:
            matches = match(declarations, identities)
        else:
            index = DeclarationIndex(self.selection.folder, self.remembered)
            matches = match_in_scope(declarations, identities, index, match)
        problems = (*matches.problems, *unknown_roles(declarations, roles))
        if self.context.due:
            # What nobody has applied yet is not due, and an error of whoever is to apply it.
            done = carried_out_of(declarations, self.remembered, self.context.policy, self.context.account)
            problems = unknown_roles(done, roles)
        if problems:
            raise DeclarationError(problems)
        return matches

    def _other_holders(
        self,
        found: FoundContacts,
        left: Mapping[str, Contact],
        live: Mapping[str, Contact],
        contacts: Sequence[ContactPlan],
    ) -> OtherHolders:
        """Who else holds roles; searched for where a role would lose its last holder.

        Where the account was listed, among the contacts that nobody declares; else among those who should
        hold such a role by the baseline.
        """
        undeclared, now = undeclared_contacts(_with_roles(found.listing, left), live), self.context.now
        holders = undeclared.holders(now)
        lost = roles_without_holder(contacts, holders, loss_horizon(self.context.policy, now))
        if not (lost and self.thorough):
            return holders
        if found.whole:
            search_progress = partial(self.progress, "Looking for other holders")
            return search_holders(undeclared, lost, self.account, now, search_progress)
        recorded = recorded_holders(self.context.baseline, self.remembered, now)
        return confirm_holders(holders, lost, recorded, self.account, now, seen={*live, *left})

    def _earlier_facts(self) -> AccountFacts:
        """What earlier runs tell the guards."""
        limits, now, past = self.context.policy.guards, self.context.now, self.past
        hours = limits.of(LOSING_HOURS)
        return AccountFacts(
            before=past.contacts_before,
            recent_losses=past.recent_losses(now, hours),
            recent_handovers=past.recent_handovers(now, hours),
            recent_gains=past.recent_gains(now, hours, limits.of(GRANTING_ROLES)),
            recent_creations=past.recent_creations(now, hours),
            missing_journals=past.missing_journals(now, hours, recent=True),
            older_gaps=past.missing_journals(now, hours, recent=False),
        )


def _with_roles(listing: Listing, contacts: Mapping[str, Contact]) -> Listing:
    """The listing with what was read of these contacts, so that no search for holders reads them again."""
    read = {id_: contact for id_, contact in contacts.items() if contact.state.roles is not None}
    return replace(listing, contacts={**listing.contacts, **read}) if read else listing
