"""What the clock will give and take, and what it gives no more, compared with the baseline. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from reconcile.clock import Window
from reconcile.model.baseline import BaselineEntry, Comparison, EntryKey, ResolvedItem
from reconcile.model.contact import ACTIVE, Identity, email_key, item_name
from reconcile.model.declaration import Declaration, DeclaredItem, DeclaredTag
from reconcile.model.facets import RANK, SETS, Facet, ItemKey, item_key
from reconcile.model.guards import GRANTING_ROLES
from reconcile.model.plans.operation import Action, Origin, OriginKind
from reconcile.model.plans.plan import PlanContext
from reconcile.model.plans.schedule import Scheduled, Withheld
from reconcile.model.problem import Place
from reconcile.plan.baseline.entries import BaselineEntries
from reconcile.plan.contact_plan import ContactPlan
from reconcile.plan.digest import policy_digest
from reconcile.plan.guards.facts import matches as matches_pattern
from reconcile.plan.guards.people import is_one_of
from reconcile.plan.matching.matches import Matches

from .timeline import declared_items, declared_origin

Item = DeclaredItem | ResolvedItem
"""An item as it is declared, or as the baseline has it."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What lies ahead of all declared contacts, soonest first, and what is withheld from them.

    ``foreseen`` are the items whose window started, or ended, since the run that the baseline tells of them,
    and that it has with the very same window: the guards judged them when they were scheduled.
    """

    scheduled: tuple[Scheduled, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    foreseen: frozenset[tuple[Identity, ItemKey]] = frozenset()


def schedule_of(
    contacts: Sequence[ContactPlan],
    matches: Matches,
    context: PlanContext,
    left: Mapping[Identity, Sequence[BaselineEntry]] | None = None,
) -> Schedule:
    """The schedule of all declarations.

    Those count, too, that are set aside: their windows start, and they may then be set aside no longer.
    ``left`` has the baseline's entries of contacts that nothing declares now.
    """
    entries = BaselineEntries(context.baseline, context.remembered)
    anew = _judged_otherwise(context)
    timed = _people_with_windows(contacts, matches, entries, context)
    people = [replace(person, anew=anew) for person in timed]
    scheduled = (row for person in people for row in person.scheduled())
    gone = (row for person in _no_longer_declared(left or {}, context) for row in person.taken_back())
    withheld = (row for person in people for row in person.withheld())
    shown = (row for row in (*scheduled, *gone) if row.known or not context.due)
    return Schedule(
        scheduled=tuple(sorted(shown, key=_order)),
        withheld=tuple(sorted(withheld, key=_order)),
        foreseen=frozenset(item for person in people for item in person.foreseen()),
    )


def _judged_otherwise(context: PlanContext) -> bool:
    """True when the guards judged the record's schedules under another configuration than this one."""
    judged_under = context.baseline.policy if context.baseline else None
    return judged_under not in (None, policy_digest(context.policy, context.account))


def _people_with_windows(
    contacts: Sequence[ContactPlan], matches: Matches, entries: BaselineEntries, context: PlanContext
) -> Iterator["_Person"]:
    """Those who have, or had by the baseline, an item with such a window: most people have none."""
    for declaration, identity, contact in _people(contacts, matches):
        key = entries.continued_by(declaration, contact.identity if contact else None)
        entry = entries.entries[key] if key else None
        before = entry.form.items if entry is not None and entry.form is not None else ()
        items = chain(*map(declaration.items, SETS), before)
        if any(_has_window(item, context.now) for item in items):
            yield _Person.of(declaration, identity, contact, entry, context)


def _has_window(item: Item, now: datetime) -> bool:
    """Whether an item has anything to be scheduled, withheld or foreseen for.

    A role whose end is ahead has not: the end is in its grant.
    """
    window = item.window
    if window.starts is not None or window.expires is None:
        return window.starts is not None
    return window.lapsed(now) or item.key[0] is not Facet.ROLES


def _people(
    contacts: Sequence[ContactPlan], matches: Matches
) -> Iterator[tuple[Declaration, Identity, ContactPlan | None]]:
    """Every declaration with whom it is about, and the plan of the contact where there is one."""
    for contact in contacts:
        yield contact.declaration, contact.identity, contact
    planned = {id(contact.declaration) for contact in contacts}
    maybe = {id(match.declaration): match.named for match in matches.doubtful}
    for declaration in matches.declarations:
        if id(declaration) not in planned:
            yield declaration, maybe.get(id(declaration)) or _named(declaration.key), None


def _named(key: EntryKey) -> Identity:
    return Identity(key.id or "", "", key.email or "", key.reference)


@dataclass(frozen=True, slots=True)
class _Person:
    """One declared contact: what is declared of it, what the baseline declared, and its plan, if any.

    ``source`` is where it is declared, by the baseline alone where nothing declares it now. ``judged`` is
    when the last run began that left the contact as declared. ``anew``: what the guards have judged of it
    they judge again, since they did so under another configuration.
    """

    identity: Identity
    source: Place
    items: Mapping[ItemKey, DeclaredItem]
    before: Mapping[ItemKey, ResolvedItem]
    context: PlanContext
    contact: ContactPlan | None = None
    judged: datetime | None = None
    anew: bool = False

    @classmethod
    def of(
        cls,
        declaration: Declaration,
        identity: Identity,
        contact: ContactPlan | None,
        entry: BaselineEntry | None,
        context: PlanContext,
    ) -> "_Person":
        items = {item.key: item for _, item in declared_items(declaration)}
        before = _items_of(entry)
        judged = entry.judged if entry else None
        return cls(identity, declaration.place, items, before, context, contact, judged)

    @property
    def now(self) -> datetime:
        return self.context.now

    def scheduled(self) -> Iterator[Scheduled]:
        """What is scheduled, and what was."""
        for item in self.items.values():
            action = _action(item, self.now)
            if action is not None:
                at = _instant(item.window, action)
                yield self._row(item, action, self._comparison(item), declared_origin(item, at))
        yield from self.taken_back()

    def taken_back(self) -> Iterator[Scheduled]:
        """What the baseline scheduled, and what will not happen now."""
        for item in self.before.values():
            action = _action(item, self.now)
            if action is not None and self._is_taken_back(item, action):
                at = _instant(item.window, action)
                origin = Origin(OriginKind.UNDECLARED, place=item.place, at=at)
                yield self._row(item, action, Comparison.TAKEN_BACK, origin)

    def _is_taken_back(self, item: ResolvedItem, action: Action) -> bool:
        """An item that was to come and is not declared, or not any more; a tag that was to end and stays."""
        declared = self.items.get(item.key)
        if action is Action.ADD:
            return declared is None or declared.window.lapsed(self.now)
        scheduled = declared is not None and _action(declared, self.now) is not None
        return not scheduled and self._stays(item.key)

    def _stays(self, key: ItemKey) -> bool:
        """True when the contact would hold the item after the plan."""
        facet, contact = key[0], self.contact
        if contact is None or contact.live is None:
            return key in self.items
        managed = contact.declaration.manages(facet)
        state = contact.folded.target if managed else contact.live.state
        return key in {(facet, item_key(facet, item_name(item))) for item in state.items(facet)}

    def withheld(self) -> Iterator[Withheld]:
        """The items whose window has closed and that the contact surely does not hold."""
        for key, item in self.items.items():
            if item.window.lapsed(self.now) and self._lacks(key):
                origin = declared_origin(item, item.window.expires)
                row = (self.identity, self.source, key[0], item.name, origin, item.window)
                yield Withheld(*row, _status(item))

    def _lacks(self, key: ItemKey) -> bool:
        facet, contact = key[0], self.contact
        if contact is None or (contact.live is not None and not contact.live.state.has(facet)):
            return False
        held = contact.folded.before.items(facet)
        return key not in {(facet, item_key(facet, item_name(item))) for item in held}

    def foreseen(self) -> Iterator[tuple[Identity, ItemKey]]:
        """The items whose window the clock has opened or closed since a run left the contact as declared."""
        if self.judged is not None:
            # A later run that was not complete may have seen the boundary, too.
            settled = self.context.remembered.settled.get(self.identity.id, self.judged)
            last = max(self.judged, settled)
            for key, item in self.items.items():
                boundaries = (item.window.starts, item.window.expires)
                passed = any(at is not None and last < at <= self.now for at in boundaries)
                if passed and self._comparison(item) is Comparison.KNOWN:
                    yield self.identity, key

    def _comparison(self, item: DeclaredItem) -> Comparison:
        before = self.before.get(item.key)
        if before is None:
            return Comparison.NEW
        same = (before.window, before.status) == (item.window, _status(item))
        known = same and not (self.anew and self._is_guarded(item))
        return Comparison.KNOWN if known else Comparison.CHANGED

    def _is_guarded(self, item: Item) -> bool:
        """True for what the guards judge when it is scheduled."""
        protected = self.context.policy.protect.contacts
        return self._is_privileged(item) or is_one_of(self.identity, protected)

    def _is_privileged(self, item: Item) -> bool:
        policy = self.context.policy
        patterns = (*policy.protect.roles, *policy.guards.of(GRANTING_ROLES))
        return item.key[0] is Facet.ROLES and matches_pattern(item.name, patterns)

    def _row(self, item: Item, action: Action, comparison: Comparison, origin: Origin) -> Scheduled:
        active = action is Action.ADD and _status(item) == ACTIVE
        return Scheduled(
            contact=self.identity,
            source=self.source,
            facet=item.key[0],
            item=item.name,
            action=action,
            origin=origin,
            window=item.window,
            status=_status(item),
            comparison=comparison,
            privileged=self._is_privileged(item),
            skips_approval=active and item.name in self.context.asking_roles,
        )


def _items_of(entry: BaselineEntry | None) -> dict[ItemKey, ResolvedItem]:
    """What an entry has scheduled, as plans have shown; no plan of an earlier version has shown anything."""
    return {item.key: item for item in entry.form.items} if entry and entry.form else {}


def _no_longer_declared(
    left: Mapping[Identity, Sequence[BaselineEntry]], context: PlanContext
) -> Iterator[_Person]:
    """Whom the baseline gives something later, and whom nothing declares now."""
    for identity, entries in left.items():
        for entry in entries:
            items = _items_of(entry).items()
            coming = {key: item for key, item in items if item.window.pending(context.now)}
            yield _Person(identity, entry.place or Place(""), {}, coming, context)


def _action(item: Item, now: datetime) -> Action | None:
    """What the clock will do with an item; None: nothing, or nothing more. A grant ends by itself."""
    if item.window.pending(now):
        return Action.ADD
    ends = item.window.expires is not None and not item.window.lapsed(now)
    return Action.REMOVE if ends and item.key[0] is not Facet.ROLES else None


def _instant(window: Window, action: Action) -> datetime | None:
    return window.starts if action is Action.ADD else window.expires


def _status(item: Item) -> str | None:
    return None if isinstance(item, DeclaredTag) else item.status


def _order(row: Scheduled | Withheld) -> tuple[object, ...]:
    action = row.action if isinstance(row, Scheduled) else Action.REMOVE
    person = (email_key(row.contact.email), row.contact.reference or "", row.contact.id)
    return (_instant(row.window, action), *person, RANK[row.facet], row.item, action, row.source)
